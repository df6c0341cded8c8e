//! Programs of the system. Owns finding them, and installing them where we may.

use crate::sh;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// A program we need, and the package that brings it on each system.
pub struct Tool {
    /// Any of these names will do.
    pub names: &'static [&'static str],
    /// Debian's package.
    pub apt: &'static str,
    /// Fedora's package.
    pub dnf: &'static str,
    /// Homebrew's package; empty where the program has no place on macOS.
    pub brew: &'static str,
}

/// The browser of every journey.
pub const CHROMIUM: Tool = Tool {
    names: &["chromium", "chromium-browser", "google-chrome"],
    apt: "chromium",
    dnf: "chromium",
    brew: "--cask chromium",
};
/// Its driver.
pub const CHROMEDRIVER: Tool = Tool {
    names: &["chromedriver"],
    apt: "chromium-driver",
    dnf: "chromedriver",
    brew: "--cask chromedriver",
};
/// The second browser of the core journeys; its driver is built by us.
pub const FIREFOX: Tool =
    Tool { names: &["firefox"], apt: "firefox-esr", dnf: "firefox", brew: "--cask firefox" };
/// The third browser with its driver.
pub const WEBKIT: Tool =
    Tool { names: &["WebKitWebDriver"], apt: "webkit2gtk-driver", dnf: "webkitgtk6.0", brew: "" };
/// A screen for it that nobody looks at.
pub const XVFB: Tool = Tool { names: &["Xvfb"], apt: "xvfb", dnf: "xorg-x11-server-Xvfb", brew: "" };
/// The second engine; Debian keeps it out of PATH.
pub const POSTGRES: Tool =
    Tool { names: &["initdb"], apt: "postgresql", dnf: "postgresql-server", brew: "postgresql" };
/// Measures distances for us to compare with; it is a library beside that.
pub const POSTGIS: Tool =
    Tool { names: &["../lib/postgis-3.so"], apt: "postgresql-postgis", dnf: "postgis", brew: "postgis" };
/// Brings up the loopback of a fresh network namespace.
pub const IP: Tool = Tool { names: &["ip"], apt: "iproute2", dnf: "iproute", brew: "" };

/// Runs what others wrote to try ours.
pub const NODE: Tool = Tool { names: &["node"], apt: "nodejs", dnf: "nodejs", brew: "node" };
/// Runs what others wrote to try our API, and the S3 of the tests.
pub const PYTHON: Tool = Tool { names: &["python3"], apt: "python3-venv", dnf: "python3", brew: "python" };
/// Fetches it.
pub const NPM: Tool = Tool { names: &["npm"], apt: "npm", dnf: "nodejs-npm", brew: "node" };

/// The peer that photos are measured against.
pub const VIPS: Tool =
    Tool { names: &["vipsthumbnail"], apt: "libvips-tools", dnf: "vips-tools", brew: "vips" };

/// The path of a program, in PATH or where distributions hide it.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    dirs.extend(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from));
    dirs.extend(cluster::folders());
    dirs.into_iter().map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Whether we are root.
pub fn root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether packages may be installed without asking anybody.
pub fn may_install() -> bool {
    root() && find("apt-get").is_some()
}

/// Installs Debian packages.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    eprintln!("installing {}", packages.join(" "));
    sh::run(sh::command("apt-get").args(["-q", "update"]))?;
    let mut install = sh::command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    sh::run(install.args(["-q", "install", "-y", "--no-install-recommends"]).args(packages))
}

/// Makes sure that all of these are there.
pub fn ensure(tools: &[Tool]) -> Result<()> {
    let missing = |tools: &[Tool]| -> Vec<usize> {
        let absent = |tool: &Tool| !tool.names.iter().any(|name| find(name).is_some());
        (0..tools.len()).filter(|&n| absent(&tools[n])).collect()
    };
    let mut absent = missing(tools);
    if !absent.is_empty() && may_install() {
        apt_install(&absent.iter().map(|&n| tools[n].apt).collect::<Vec<_>>())?;
        absent = missing(tools);
    }
    if absent.is_empty() {
        return Ok(());
    }
    let names = |pick: fn(&Tool) -> &'static str| {
        absent.iter().map(|&n| pick(&tools[n])).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
    };
    bail!("missing {}; type: {}", names(|tool| tool.names[0]), hint(names))
}

fn hint(names: impl Fn(fn(&Tool) -> &'static str) -> String) -> String {
    if cfg!(target_os = "macos") {
        format!("brew install {}", names(|tool| tool.brew))
    } else if Path::new("/etc/fedora-release").exists() {
        format!("sudo dnf install {}", names(|tool| tool.dnf))
    } else {
        format!("sudo apt-get install --no-install-recommends {}", names(|tool| tool.apt))
    }
}
