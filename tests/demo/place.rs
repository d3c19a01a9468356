//! Homes of their own, so that no test sees a file of another or of the user.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::terminal::Terminal;

/// An empty home directory; it goes with the test.
pub struct Home(PathBuf);

impl Home {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("spyhop-demo-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file of it, by path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The path of a file in it that is not there.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        let home = self.0.display().to_string();
        let under = |name: &str| format!("{home}/{name}");
        vec![
            ("HOME", home.clone()),
            ("XDG_CONFIG_HOME", under("config")),
            ("XDG_STATE_HOME", under("state")),
            ("XDG_DATA_HOME", under("data")),
            ("XDG_CACHE_HOME", under("cache")),
        ]
    }

    /// The program in a pseudo terminal.
    pub fn terminal(&self, args: &[&str], cols: u16, rows: u16) -> Terminal {
        let env = self.env();
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Terminal::with_env("", args, cols, rows, &env)
    }

    /// Another program there.
    pub fn other(&self, path: &str, args: &[&str], cols: u16, rows: u16) -> Terminal {
        let env = self.env();
        let env = env.iter().map(|(name, value)| (*name, value.as_str()));
        let env: Vec<(&str, &str)> = env.chain([("KUBECONFIG", ""), ("LANG", "C.UTF-8")]).collect();
        Terminal::program(path, args, cols, rows, &env)
    }

    /// The program without a screen.
    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spyhop"));
        command.args(args).envs(self.env()).env_remove("KUBECONFIG").output().unwrap()
    }

    /// A line of a shell.
    pub fn bash(&self, line: &str) -> Output {
        Command::new("bash").args(["-c", line]).envs(self.env()).env_remove("KUBECONFIG").output().unwrap()
    }

    /// What it prints when all is well.
    pub fn prints(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
