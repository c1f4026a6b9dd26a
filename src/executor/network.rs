//! Where code may reach: nowhere, unless the page's owner names hosts.

use thiserror::Error;

/// Where PyPI's own packages are: the index, and the host of the files.
pub const PYPI: [&str; 2] = ["https://pypi.org", "https://files.pythonhosted.org"];

/// The hosts that code may reach, by `https`; by `http` this machine alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    hosts: Vec<Host>,
    /// The address of a simple index (PEP 691) other than PyPI's, with `{package_name}` for a package.
    own_index: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    scheme: &'static str,
    /// With the port, if it isn't the scheme's own; a leading `.` stands for all hosts below.
    name: String,
}

/// Why a request is not made, or a list of hosts not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// No host is named.
    #[error("the network is off for code on this page")]
    Off,
    /// This one isn't.
    #[error("{0} is not among the hosts that code may reach on this page ({1}). Whoever runs the page can allow it")]
    NotAllowed(String, String),
    /// A name in the list of the page's owner is none.
    #[error(
        "{0:?} is no host that code may reach. Write https://host, https://host:port or https://*.host; http is for localhost and 127.0.0.1 only."
    )]
    NoHost(String),
}

impl Network {
    /// Reads a list of hosts, separated by spaces or commas: `https://host[:port]` or `host[:port]`, with `*.` in front for
    /// all hosts below; `pypi` for the index of Python packages; `http://` only for this machine.
    ///
    /// # Errors
    /// [`NetworkError::NoHost`] for the first that is none.
    pub fn parse(list: &str, own_index: Option<String>) -> Result<Self, NetworkError> {
        let names = list.split([' ', ',', '\n', '\t']).filter(|name| !name.is_empty());
        let all = names.flat_map(|name| if name == "pypi" { PYPI.to_vec() } else { vec![name] });
        let hosts = all.map(Host::parse).collect::<Result<_, _>>()?;
        Ok(Self { hosts, own_index: own_index.filter(|address| !address.is_empty()) })
    }

    /// Whether no host is named.
    pub fn is_off(&self) -> bool {
        self.hosts.is_empty()
    }

    /// The hosts, as a policy of a page writes them.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        self.hosts.iter().map(Host::to_string)
    }

    /// Where packages are looked for that the distribution doesn't have: an index of the owner's, `""` for PyPI, if that may
    /// be reached; else nowhere.
    pub fn index(&self) -> Option<&str> {
        match &self.own_index {
            Some(address) if !self.is_off() => Some(address),
            _ => self.may_reach("https", "pypi.org").is_ok().then_some(""),
        }
    }

    /// Whether a request may go there: `scheme` and `host` as the browser's own parser gives them, the port with the host
    /// unless it is the scheme's.
    ///
    /// # Errors
    /// It may not.
    pub fn may_reach(&self, scheme: &str, host: &str) -> Result<(), NetworkError> {
        match () {
            () if self.hosts.is_empty() => Err(NetworkError::Off),
            () if self.hosts.iter().any(|known| known.covers(scheme, host)) => Ok(()),
            () => {
                let all: Vec<String> = self.hosts().collect();
                Err(NetworkError::NotAllowed(format!("{scheme}://{host}"), all.join(", ")))
            }
        }
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, NetworkError> {
        let refused = || NetworkError::NoHost(text.to_owned());
        let (scheme, name) = match text.split_once("://") {
            None => ("https", text),
            Some(("https", name)) => ("https", name),
            Some(("http", name)) => ("http", name),
            Some(_) => return Err(refused()),
        };
        let (wild, bare) = name.strip_prefix("*.").map_or((false, name), |bare| (true, bare));
        let (host, port) = bare.split_once(':').map_or((bare, None), |(host, port)| (host, Some(port)));
        let is_name = !host.is_empty() && host.split('.').all(|label| !label.is_empty() && label.chars().all(is_plain));
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        let is_here = ["localhost", "127.0.0.1"].contains(&host) && !wild;
        // All hosts of a country or of everybody would be no list.
        let is_one = !wild || host.contains('.');
        if !is_name || !is_port || !is_one || (scheme == "http" && !is_here) {
            return Err(refused());
        }
        let own = if scheme == "https" { ":443" } else { ":80" };
        let name = bare.to_ascii_lowercase();
        let name = name.strip_suffix(own).unwrap_or(&name);
        Ok(Self { scheme, name: if wild { format!(".{name}") } else { name.to_owned() } })
    }

    fn covers(&self, scheme: &str, host: &str) -> bool {
        let is_below = |end: &str| host.len() > end.len() && host.ends_with(end);
        let is_named = if self.name.starts_with('.') { is_below(&self.name) } else { self.name == host };
        self.scheme == scheme && is_named
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let wild = if self.name.starts_with('.') { "*" } else { "" };
        write!(f, "{}://{wild}{}", self.scheme, self.name)
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hosts: &str, index: Option<String>) -> Network {
        Network::parse(hosts, index).expect("a list of hosts")
    }

    #[test]
    fn nothing_is_reached_before_a_host_is_named() {
        let network = of(" \n", None);
        assert!(network.is_off());
        assert_eq!(network.may_reach("https", "api.example.org"), Err(NetworkError::Off));
    }

    #[test]
    fn only_the_named_hosts_are_reached_on_their_port_and_by_their_scheme() {
        let network = of("api.example.org, https://*.data.test:8443 http://localhost:9000 https://x.test:443", None);
        for (scheme, host) in [
            ("https", "api.example.org"),
            ("https", "a.b.data.test:8443"),
            ("http", "localhost:9000"),
            ("https", "x.test"),
        ] {
            assert_eq!(network.may_reach(scheme, host), Ok(()), "{scheme}://{host}");
        }
        for (scheme, host) in [
            ("http", "api.example.org"),
            ("https", "api.example.org:8443"),
            ("https", "evil.api.example.org"),
            ("https", "evil-api.example.org"),
            ("https", "data.test:8443"),
            ("https", "evildata.test:8443"),
            ("https", ".data.test:8443"),
            ("http", "localhost:9001"),
            ("ws", "api.example.org"),
            ("file", ""),
        ] {
            assert!(network.may_reach(scheme, host).is_err(), "{scheme}://{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_named_in_the_error() {
        for bad in [
            "*",
            "https://*",
            "*.org",
            "http://api.example.org",
            "ftp://a.test",
            "a.test/path",
            "a..test",
            "a.test:0",
            "user@a.test",
            "https://",
        ] {
            assert_eq!(Network::parse(bad, None), Err(NetworkError::NoHost(bad.into())), "{bad}");
        }
    }

    #[test]
    fn the_index_of_packages_is_two_hosts() {
        let network = of("pypi", None);
        assert_eq!(network.index(), Some(""));
        let own = || Some("https://index.test/{package_name}".to_owned());
        assert_eq!(of("index.test", own()).index(), own().as_deref());
        assert_eq!(of("", own()).index(), None);
        assert_eq!(of("a.test", None).index(), None);
        assert!(
            network.may_reach("https", "pypi.org").is_ok()
                && network.may_reach("https", "files.pythonhosted.org").is_ok()
        );
    }
}
