//! Routes as a table for people and as JSON for programs.

use serde_json::json;

use crate::mesh::Problem;
use crate::mesh::route::{Action, Backend, RouteRow};
use crate::mesh::told::{action, notes, problem_json, readiness, row_json, rule, share, target};
use crate::model::{Value, text};

const TITLES: [&str; 9] = ["HOST", "ATTACHED TO", "#", "MATCH", "BACKEND", "WEIGHT", "READY", "RULE", "NOTES"];

/// A line per row; more backends on lines of their own below it. Problems with what to do follow.
pub fn table(rows: &[&RouteRow], problems: &[&Problem], unread: &[String]) -> String {
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

fn row_lines(row: &RouteRow, problems: &[&Problem]) -> Vec<Vec<String>> {
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

fn backend_cells(to: &Backend) -> Vec<String> {
    vec![target(to), share(to), readiness(to)]
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
pub fn json(rows: &[&RouteRow], problems: &[&Problem], unread: &[String]) -> String {
    let rows: Vec<Value> = rows.iter().map(|row| row_json(row)).collect();
    let problems: Vec<Value> = problems.iter().map(|problem| problem_json(problem)).collect();
    format!("{:#}\n", json!({"rows": rows, "problems": problems, "unread": unread}))
}
