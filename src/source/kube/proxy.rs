//! Chooses the proxy for a server: that of the cluster, or that of the environment by the rules of Go's `httpproxy`.

use std::net::IpAddr;

use http::Uri;

/// The settings for proxies in the environment.
#[derive(Clone, Default)]
pub struct Environment {
    https: Option<String>,
    http: Option<String>,
    none: String,
}

impl Environment {
    pub fn read(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let either =
            |upper: &str, lower: &str| [upper, lower].into_iter().find_map(|name| env(name).filter(|v| !v.is_empty()));
        Self {
            https: either("HTTPS_PROXY", "https_proxy"),
            http: either("HTTP_PROXY", "http_proxy"),
            none: either("NO_PROXY", "no_proxy").unwrap_or_default(),
        }
    }

    /// The proxy for `server`. A proxy in the kubeconfig is used whatever NO_PROXY says.
    pub fn pick(&self, own: Option<&str>, server: &Uri) -> Result<Option<Uri>, String> {
        if let Some(own) = own.filter(|own| !own.is_empty()) {
            return parse(own).map(Some).map_err(|why| format!("proxy-url {why}"));
        }
        let plain = server.scheme_str() == Some("http");
        let Some(proxy) = (if plain { &self.http } else { &self.https }) else { return Ok(None) };
        if self.spares(server) {
            return Ok(None);
        }
        let full = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
        let name = if plain { "HTTP_PROXY" } else { "HTTPS_PROXY" };
        parse(&full).map(Some).map_err(|why| format!("{name} {why}"))
    }

    fn spares(&self, server: &Uri) -> bool {
        let host = bare(server.host().unwrap_or_default());
        let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("http") { 80 } else { 443 });
        is_loopback(host) || self.none.split(',').any(|rule| fits(rule.trim(), host, port))
    }
}

/// Whether the host is `localhost` or a loopback address.
pub fn is_loopback(host: &str) -> bool {
    let host = bare(host);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn parse(text: &str) -> Result<Uri, String> {
    // With both schemes the proxy resolves the names.
    let text = text.replacen("socks5h://", "socks5://", 1);
    // The text may contain a password, so no message repeats it.
    let uri: Uri = text.parse().map_err(|error| format!("is not an address: {error}"))?;
    match uri.scheme_str() {
        Some("socks5") if uri.port().is_none() => with_port(&uri).ok_or_else(|| "is not an address".to_owned()),
        Some("http" | "https" | "socks5") => Ok(uri),
        _ => Err("must start with http://, https:// or socks5://".to_owned()),
    }
}

/// Adds the usual port of a SOCKS proxy.
fn with_port(uri: &Uri) -> Option<Uri> {
    let authority = format!("{}:1080", uri.authority()?.as_str().trim_end_matches(':'));
    Uri::builder().scheme("socks5").authority(authority).path_and_query("/").build().ok()
}

/// Whether an entry of NO_PROXY fits a host. The entry may be `*`, an address, a network, a domain with everything
/// below it, or `.domain` for only what is below it.
fn fits(rule: &str, host: &str, port: u16) -> bool {
    if rule == "*" {
        return true;
    }
    if let Some((network, length)) = rule.split_once('/') {
        return within(network, length, host);
    }
    let (rule, wanted) = split_port(rule);
    if rule.is_empty() || wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let (Ok(rule), Ok(host)) = (bare(rule).parse::<IpAddr>(), host.parse::<IpAddr>()) {
        return rule == host;
    }
    let (rule, host) = (rule.to_lowercase(), host.to_lowercase());
    let domain = rule.trim_start_matches('*').trim_start_matches('.');
    let below = host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    below || !rule.starts_with(['.', '*']) && host == domain
}

fn split_port(rule: &str) -> (&str, Option<u16>) {
    let Some((host, port)) = rule.rsplit_once(':') else { return (rule, None) };
    match port.parse() {
        Ok(port) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (rule, None),
    }
}

fn within(network: &str, length: &str, host: &str) -> bool {
    let (Ok(network), Ok(host), Ok(length)) = (network.parse(), host.parse(), length.parse::<u32>()) else {
        return false;
    };
    match (network, host) {
        (IpAddr::V4(a), IpAddr::V4(b)) => length <= 32 && same(a.to_bits().into(), b.to_bits().into(), 32 - length),
        (IpAddr::V6(a), IpAddr::V6(b)) => length <= 128 && same(a.to_bits(), b.to_bits(), 128 - length),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

fn same(a: u128, b: u128, free: u32) -> bool {
    (a ^ b).checked_shr(free).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(vars: &[(&str, &str)], own: Option<&str>, server: &str) -> Option<String> {
        let env = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let proxy = Environment::read(&env).pick(own, &server.parse().unwrap()).unwrap();
        proxy.map(|uri| uri.to_string().trim_end_matches('/').to_owned())
    }

    #[test]
    fn the_scheme_of_the_server_picks_the_variable() {
        let vars = [("HTTPS_PROXY", "p:1"), ("http_proxy", "http://q:2"), ("NO_PROXY", "")];
        assert_eq!(picked(&vars, None, "https://a").as_deref(), Some("http://p:1"));
        assert_eq!(picked(&vars, None, "http://a").as_deref(), Some("http://q:2"));
        assert_eq!(picked(&vars, None, "https://127.0.0.1:6443"), None);
        assert_eq!(picked(&vars, None, "https://[::1]:6443"), None);
        assert_eq!(picked(&vars, Some("socks5://me:pw@s"), "https://a").as_deref(), Some("socks5://me:pw@s:1080"));
        assert_eq!(picked(&vars, Some("socks5h://s:3"), "https://127.0.0.1").as_deref(), Some("socks5://s:3"));
    }

    #[test]
    fn no_proxy_spares_hosts_domains_networks_and_ports() {
        for (rule, server, spared) in [
            ("*", "https://a.b", true),
            ("a.b", "https://a.b", true),
            ("a.b", "https://x.a.b", true),
            ("a.b", "https://xa.b", false),
            (".a.b", "https://a.b", false),
            (".a.b", "https://x.a.b", true),
            ("*.a.b", "https://x.A.b", true),
            ("x, a.b:6443", "https://a.b:6443", true),
            ("a.b:6443", "https://a.b", false),
            ("10.0.0.0/8", "https://10.9.8.7", true),
            ("10.0.0.0/8", "https://11.9.8.7", false),
            ("0.0.0.0/0", "https://11.9.8.7", true),
            ("10.1.1.1", "https://10.1.1.1:8443", true),
            ("fd00::/8", "https://[fd12::1]", true),
            ("", "https://a", false),
        ] {
            let vars = [("HTTPS_PROXY", "p:1"), ("NO_PROXY", rule)];
            assert_eq!(picked(&vars, None, server).is_none(), spared, "{rule} {server}");
        }
    }

    #[test]
    fn a_wrong_proxy_is_refused_without_its_password() {
        let text = Environment::default().pick(Some("ftp://me:pw@x"), &Uri::from_static("https://a")).unwrap_err();
        assert_eq!(text, "proxy-url must start with http://, https:// or socks5://");
    }
}
