//! Routes as a table for people and as JSON for programs.

use serde_json::json;

use crate::mesh::Problem;
use crate::mesh::check::percent;
use crate::mesh::route::{Action, Backend, Fault, Row, Spot};
use crate::model::{Value, text};

const TITLES: [&str; 9] = ["HOST", "ATTACHED TO", "#", "MATCH", "BACKEND", "WEIGHT", "READY", "RULE", "NOTES"];

/// A line per row; more backends on lines of their own below it. Problems with what to do follow.
pub fn table(rows: &[&Row], problems: &[&Problem], unread: &[String]) -> String {
    let mut lines: Vec<Vec<String>> = vec![TITLES.map(str::to_owned).to_vec()];
    for row in rows {
        lines.extend(row_lines(row, problems));
    }
    let mut out = columns(&lines);
    if !problems.is_empty() {
        out.push('\n');
    }
    for problem in problems {
        let check = problem.check;
        out += &format!("{} {}: {}\n", check.code, problem.spot, text::clean(&problem.text));
        out += &format!("      {} ({}); {}\n", check.title, check.severity.word(), check.advice);
    }
    for line in unread {
        out += &format!("could not read {}\n", text::clean(line));
    }
    out
}

fn row_lines(row: &Row, problems: &[&Problem]) -> Vec<Vec<String>> {
    let place = if row.rank.place == 0 { "-".to_owned() } else { row.rank.place.to_string() };
    let (rule, notes) = (rule(&row.spot), notes(row, problems));
    let mut first = vec![row.host.clone(), row.attach.to_string(), place, row.matching.to_string()];
    let mut lines: Vec<Vec<String>> = row.backends.iter().map(backend_cells).collect();
    if lines.is_empty() || row.action != Action::Forward {
        lines.insert(0, vec![action(&row.action), String::new(), String::new()]);
    }
    let mut out = Vec::new();
    for (index, cells) in lines.into_iter().enumerate() {
        let mut line = if index == 0 { std::mem::take(&mut first) } else { vec![String::new(); 4] };
        line.extend(cells);
        line.extend(if index == 0 { [rule.clone(), notes.clone()] } else { [String::new(), String::new()] });
        out.push(line);
    }
    out
}

/// `VirtualService shop/web http/0/match/1`
fn rule(spot: &Spot) -> String {
    let path = spot.path.strip_prefix("/spec/").unwrap_or(&spot.path);
    format!("{} {path}", spot.owner).trim_end().to_owned()
}

fn notes(row: &Row, problems: &[&Problem]) -> String {
    let mut out: Vec<String> = Vec::new();
    match &row.shadow {
        Some(shadow) => out.push(format!("never: {}: {}", shadow.why.text(), rule(&shadow.by))),
        None if row.rank.place > 1 => out.push(row.rank.reason.clone()),
        None => {}
    }
    out.extend(row.narrower.iter().map(|listener| format!("not where listeners are kept apart: {listener}")));
    out.extend(row.badges.iter().cloned());
    let mut codes: Vec<&str> = problems.iter().filter(|problem| concerns(problem, row)).map(|p| p.check.code).collect();
    codes.dedup();
    out.extend(codes.into_iter().map(str::to_owned));
    out.join(", ")
}

fn concerns(problem: &Problem, row: &Row) -> bool {
    let spot = &problem.spot;
    let here = |path: &str| path == spot.path || path.starts_with(&format!("{}/", spot.path));
    let whole = ["/spec/hosts", "/spec/hostnames", "/spec/gateways", "/spec/parentRefs"].contains(&spot.path.as_str());
    let whole = whole && (row.rank.place == 0 || problem.text.starts_with(&row.host));
    spot.owner == row.spot.owner && (whole || here(&row.spot.path) || row.backends.iter().any(|to| here(&to.path)))
}

fn action(action: &Action) -> String {
    match action {
        Action::Forward => String::new(),
        Action::Redirect(status, to) => format!("{status} to {to}"),
        Action::Respond(status) => format!("answers {status}"),
        Action::Fail(status, why) => format!("{status}: {why}"),
    }
}

fn backend_cells(to: &Backend) -> Vec<String> {
    let port = to.port.map(|port| format!(":{port}")).unwrap_or_default();
    let subset = if to.subset.is_empty() { String::new() } else { format!(" ({})", to.subset) };
    let weight = to.weight.map(|weight| format!("{weight} = ")).unwrap_or_default();
    let ready = match (to.fault, to.ready) {
        (Some(fault), _) => word(fault).to_owned(),
        (None, Some(ready)) if ready.draining > 0 => format!("{}/{} -{}", ready.ready, ready.total, ready.draining),
        (None, Some(ready)) => format!("{}/{}", ready.ready, ready.total),
        (None, None) => "?".to_owned(),
    };
    vec![format!("{}{port}{subset}", to.host), format!("{weight}{}", percent(to.share)), ready]
}

fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "missing",
        Fault::HalfName => "half a name",
        Fault::Subset => "no subset",
        Fault::Forbidden => "not granted",
        Fault::Kind => "no backend",
    }
}

fn columns(lines: &[Vec<String>]) -> String {
    let cell = |line: &[String], column: usize| text::clean(&line[column]).into_owned();
    let widest = |column: usize| lines.iter().map(|line| text::width(&cell(line, column))).max().unwrap_or(0);
    let widths: Vec<usize> = (0..TITLES.len()).map(widest).collect();
    let mut out = String::new();
    for line in lines {
        let mut row = String::new();
        for (column, width) in widths.iter().enumerate() {
            let cell = cell(line, column);
            row += &cell;
            row += &" ".repeat(width - text::width(&cell) + 3);
        }
        out += row.trim_end();
        out.push('\n');
    }
    out
}

/// Rows and problems as one object.
pub fn json(rows: &[&Row], problems: &[&Problem], unread: &[String]) -> String {
    let rows: Vec<Value> = rows.iter().map(|row| row_json(row)).collect();
    let problem = |problem: &&Problem| {
        let check = problem.check;
        json!({"code": check.code, "severity": check.severity.word(), "object": problem.spot.owner.to_string(),
            "path": problem.spot.path, "text": problem.text, "advice": check.advice, "same": check.same})
    };
    let problems: Vec<Value> = problems.iter().map(problem).collect();
    format!("{:#}\n", json!({"rows": rows, "problems": problems, "unread": unread}))
}

fn row_json(row: &Row) -> Value {
    let backend = |to: &Backend| {
        let ready =
            to.ready.map(|ready| json!({"ready": ready.ready, "total": ready.total, "draining": ready.draining}));
        json!({"path": to.path, "host": to.host, "service": to.service.as_ref().map(ToString::to_string),
            "port": to.port, "subset": to.subset, "weight": to.weight, "percent": f64::from(to.share) / 100.0,
            "ready": ready, "fault": to.fault.map(word)})
    };
    let shadow = row.shadow.as_ref();
    json!({"mesh": row.mesh.word(), "host": row.host, "written": row.written, "attach": row.attach.to_string(),
        "object": row.spot.owner.to_string(), "path": row.spot.path, "match": row.matching.to_string(),
        "rank": row.rank.place, "reason": row.rank.reason,
        "shadowed_by": shadow.map(|shadow| shadow.by.to_string()), "shadowed_why": shadow.map(|shadow| shadow.why.text()),
        "action": action(&row.action), "narrower_listener": row.narrower, "badges": row.badges, "backends": row.backends.iter().map(backend).collect::<Vec<_>>()})
}
