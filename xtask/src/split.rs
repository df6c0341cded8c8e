//! Cuts a module where the sources say `#[wasm_split]`: a first part, and others that the browser fetches when they are
//! needed.
//!
//! Owns what loads them. Needs the linker's relocations (pwa/build.rs) and the names of functions, which go here.

use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::path::Path;
use wasm_split_cli_support::{Options, transform};

/// How the first part names the script that loads the others.
const SCRIPT: &str = "./parts.js";
/// Where the others lie beside the glue, and how their names begin.
const PARTS: &str = "snippets/part-";

/// A module in parts.
pub struct Parts {
    /// What wasm-bindgen works on.
    pub first: Vec<u8>,
    /// Path beside the glue, content.
    pub others: Vec<(String, Vec<u8>)>,
    script: String,
}

/// Cuts `input`; `work` is a folder of our own.
pub fn cut(input: &[u8], work: &Path, dev: bool) -> Result<Parts> {
    fs::create_dir_all(work)?;
    let first = work.join("first.wasm");
    let mut options = Options::new(input);
    (options.output_dir, options.main_out_path, options.link_name) = (work, &first, SCRIPT);
    let split = transform(options).map_err(|error| anyhow!("{error:#}")).context("cutting the module")?;
    let mut script = fs::read_to_string(work.join(SCRIPT))?;
    let mut others = Vec::new();
    for path in split.split_modules {
        let part = fs::read(&path)?;
        let name = crate::places::below(&path, work);
        let named = format!("{PARTS}{}", name.trim_start_matches("split_"));
        script = script.replace(&format!("\"./{name}\""), &format!("\"./{named}\""));
        others.push((named, if dev { part } else { bare(&part).context("a part is no wasm")? }));
    }
    Ok(Parts { first: fs::read(&first)?, others, script })
}

/// Whether a logical name is that of a part, or of its words, which the first screen does without.
pub fn is_part(logical: &str) -> bool {
    logical.contains("-part-")
}

/// The part that lies under this path beside the glue.
pub fn part_of(path: &str) -> Option<&str> {
    path.strip_prefix("./")?.strip_prefix(PARTS)?.strip_suffix(".wasm")
}

impl Parts {
    /// Puts the script into the glue it belongs to, which imports it once for each seam. As a file of its own it would
    /// import the glue that imports it, and neither could be named by its content.
    pub fn join(&self, glue: &str) -> Result<String> {
        let (import, script) = self.script.split_once('\n').context("no script")?;
        if !import.starts_with("import { initSync }") || !script.contains("export const ") {
            bail!("the script that loads the parts is not as it was: {import}");
        }
        let (mut joined, mut names) = (glue.to_owned(), Vec::new());
        while let Some((head, rest)) = joined.split_once(&format!(" from \"{SCRIPT}\"")) {
            let (before, name) =
                head.rsplit_once("import * as ").context("the glue imports the parts otherwise")?;
            names.push(name.to_owned());
            joined = format!("{before}{}", rest.trim_start_matches(';').trim_start());
        }
        let (first, others) = names.split_first().context("the glue does not import the parts")?;
        let others: String = others.iter().map(|name| format!("const {name} = {first};\n")).collect();
        let script = script.replace("export const ", &format!("{first}."));
        Ok(format!("{joined}\nconst {first} = {{}};\n{others}{script}"))
    }
}

/// A module without its custom sections: names, and what tools say of themselves.
pub fn bare(module: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (module.get(..8)?.to_vec(), module.get(8..)?);
    while let Some(id) = rest.first() {
        let (size, digits) = size(rest.get(1..)?)?;
        let (section, after) = rest.split_at_checked(1 + digits + size)?;
        if *id != 0 {
            out.extend(section);
        }
        rest = after;
    }
    Some(out)
}

/// A number in LEB128, and how many bytes it takes.
fn size(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = 1 + bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let number = bytes[..digits].iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    Some((number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_and_code_stays() {
        let long = [vec![10, 0x81, 0x01], vec![7; 129]].concat();
        let head = b"\0asm\x01\0\0\0".to_vec();
        let module = [&head[..], &[1, 1, 0], &[0, 3, 1, b'n', 9], &long].concat();
        assert_eq!(bare(&module).unwrap(), [&head[..], &[1, 1, 0], &long].concat());
        assert_eq!(bare(&module[..module.len() - 1]), None);
    }

    #[test]
    fn the_script_moves_into_the_glue() {
        let script =
            "import { initSync } from \"./main.js\";\nexport const load = wrap(\"./a.wasm\");\n".to_owned();
        let parts = Parts { first: vec![], others: vec![("a.wasm".into(), vec![])], script };
        let glue = "import * as import1 from \"./parts.js\"\nimport * as import2 from \"./parts.js\"\n\
                    use({ \"./parts.js\": import1 });\n";
        let joined = parts.join(glue).unwrap();
        assert!(
            !joined.contains("import *")
                && joined.contains("import1.load = wrap(\"./a.wasm\");")
                && joined.contains("const import2 = import1;"),
            "{joined}"
        );
        assert!(parts.join("let wasm;").is_err());
    }
}
