//! Rules about single files, and about the numbers of migrations.

use super::Source;
use std::collections::BTreeMap;

const LONGEST: usize = 400;
// In pieces, so that this file passes its own rules.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!(")];
const MACHINE: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/t", "mp/"), concat!("/wo", "rk/")];
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];

/// What each file gets wrong.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let mut say = |line: usize, what: &str| complaints.push(format!("{}:{line}: {what}", source.path));
        if source.is("rs") {
            let lines = source.text.lines().count();
            if lines > LONGEST {
                say(lines, &format!("longer than {LONGEST} lines"));
            }
            if !source
                .text
                .lines()
                .find(|line| !line.trim().is_empty())
                .is_some_and(|line| line.starts_with("//!"))
            {
                say(1, "no `//!` at its head: what it owns, promises, does not do");
            }
        }
        for (n, line) in source.text.lines().enumerate() {
            if source.is("rs") && ALLOW.iter().any(|word| line.contains(word)) {
                say(n + 1, "expect(lint, reason) instead of allow");
            }
            if UNFINISHED.iter().any(|word| line.contains(word)) {
                say(n + 1, "unfinished work belongs in an issue");
            }
            if (source.is("md") || source.is("toml")) && MACHINE.iter().any(|word| machine_path(line, word)) {
                say(n + 1, "a path of somebody's machine");
            }
        }
    }
    complaints
}

/// Whether a path starts there, and not in the middle of another one.
fn machine_path(line: &str, start: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '}');
    line.match_indices(start).any(|(at, _)| !line[..at].ends_with(inside))
}

/// `migrations/0001_places.sql`, `0002_…`: unique and without a gap.
pub fn migrations(sources: &[Source]) -> Vec<String> {
    let mut numbers: BTreeMap<u64, &str> = BTreeMap::new();
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| source.is("sql")) {
        let Some(name) = source.path.strip_prefix("migrations/") else { continue };
        match name.split(['_', '-', '.']).next().map(str::parse) {
            Some(Ok(number)) => {
                if let Some(other) = numbers.insert(number, name) {
                    complaints.push(format!("{}: same number as {other}", source.path));
                }
            }
            _ => complaints.push(format!("{}: its name starts with no number", source.path)),
        }
    }
    let mut expected = numbers.keys().next().copied().unwrap_or(1);
    for (number, name) in numbers {
        if number != expected {
            complaints.push(format!("migrations/{name}: number {expected} is missing before it"));
        }
        expected = number + 1;
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_its_fault() {
        let long = format!("//! Long.\n{}", "//\n".repeat(LONGEST));
        let faults = [
            ("a.rs", "use std::fs;\n".to_owned()),
            ("b.rs", long),
            ("c.rs", format!("//! C.\n{}dead_code)]\n", ALLOW[0])),
            ("d.sql", format!("-- {}: later\n", UNFINISHED[0])),
            ("e.md", format!("see {}somebody\n", MACHINE[0])),
        ];
        for (path, text) in faults {
            assert_eq!(check(&[Source::of(path, &text)]).len(), 1, "{path}");
        }
        let fine = format!("//! Fine.\nlet a = \"{}x\";\n", MACHINE[2]);
        assert!(
            check(&[Source::of("f.rs", &fine), Source::of("g.md", "/var/lib/vigie and a.b/work/x\n")])
                .is_empty()
        );
    }

    #[test]
    fn migrations_are_numbered_without_gap_or_double() {
        let set = |names: &[&str]| {
            names.iter().map(|name| Source::of(&format!("migrations/{name}"), "")).collect::<Vec<_>>()
        };
        assert!(migrations(&set(&["0001_a.sql", "0002_b.sql"])).is_empty());
        assert_eq!(migrations(&set(&["0001_a.sql", "0003_b.sql"])).len(), 1);
        assert_eq!(migrations(&set(&["0001_a.sql", "0001_b.sql"])).len(), 1);
        assert_eq!(migrations(&set(&["first.sql"])).len(), 1);
    }
}
