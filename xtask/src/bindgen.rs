//! From the compiler's wasm to what a browser loads: wasm-bindgen as a library, of the version in Cargo.lock.
//!
//! Does not decide where a module is cut into parts: [`split`] reads that from the module.

use crate::split;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::{Bindgen, Output};

/// One module, ready to be named by its content.
pub struct Module {
    /// The glue.
    pub js: String,
    /// The module.
    pub wasm: Vec<u8>,
    /// Scripts the glue imports and parts it fetches: the path it writes, the content.
    pub snippets: Vec<(String, Vec<u8>)>,
}

/// Writes `NAME.js` and `NAME_bg.wasm` into a folder of the target directory and reads them back; a module seen before
/// is not made again. With `parts` the module is cut first.
pub fn run(wasm: &Path, name: &str, parts: bool, dev: bool) -> Result<Module> {
    let out = crate::places::wasm_target().join("bindgen").join(name);
    let input = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let stamp = stamp(&input, dev)?;
    if fs::read_to_string(out.join("stamp")).ok().as_deref() != Some(&stamp) {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out)?;
        if parts {
            in_parts(name, &input, &out, dev)?;
        } else {
            make(name, input, &out, dev, Ok)?;
        }
        fs::write(out.join("stamp"), stamp)?;
    }
    read(&out, name)
}

fn in_parts(name: &str, input: &[u8], out: &Path, dev: bool) -> Result<()> {
    let parts = split::cut(input, &out.join("cut"), dev)?;
    fs::create_dir_all(out.join("snippets"))?;
    for (path, part) in &parts.others {
        fs::write(out.join(path), part)?;
    }
    make(name, parts.first.clone(), out, dev, |glue| parts.join(&glue))
}

/// `finish`: what is done to the glue at last.
fn make(
    name: &str,
    input: Vec<u8>,
    out: &Path,
    dev: bool,
    finish: impl FnOnce(String) -> Result<String>,
) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, input).web(true)?.typescript(false).omit_default_module_path(true);
    // Among these is the table of functions, which the parts share.
    bindgen.keep_lld_exports(true);
    bindgen.remove_name_section(!dev).remove_producers_section(!dev).debug(dev);
    let mut output = bindgen.generate_output()?;
    let renamed = if dev { Vec::new() } else { shorten(&mut output) };
    output.emit(out)?;
    let glue = out.join(format!("{name}.js"));
    let text = finish(rewrite(fs::read_to_string(&glue)?, &renamed))?;
    fs::write(glue, if dev { text } else { bare(&text) })?;
    Ok(())
}

/// Long name, short name.
type Renamed = Vec<(String, String)>;

/// What glue and module call each other by ends in a hash of 16 digits, which no compressor shortens, in both files:
/// some 5 kB of a first visit. Gives each of these names a short one in the module; [`rewrite`] does so in the glue.
fn shorten(output: &mut Output) -> Renamed {
    let mut renamed = Renamed::new();
    let mut short = |name: &mut String| {
        if has_hash(name) {
            let short = format!("${}", renamed.len());
            renamed.push((std::mem::replace(name, short.clone()), short));
        }
    };
    let module = output.wasm_mut();
    module.imports.iter_mut().for_each(|import| short(&mut import.name));
    module.exports.iter_mut().for_each(|export| short(&mut export.name));
    renamed
}

fn has_hash(name: &str) -> bool {
    let digits = name.len().checked_sub(16).and_then(|at| name.get(at..));
    digits.is_some_and(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

fn rewrite(glue: String, renamed: &Renamed) -> String {
    renamed.iter().fold(glue, |text, (long, short)| text.replace(long, short))
}

/// A script without indents and without comments that begin a line.
pub fn bare(glue: &str) -> String {
    let mut in_comment = false;
    let mut code = String::with_capacity(glue.len());
    for mut line in glue.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            let end = line.find("*/");
            in_comment = end.is_none();
            line = end.map_or("", |end| line[end + 2..].trim_start());
        }
        if !line.is_empty() && !line.starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    code
}

/// The input and this very tool: another wasm-bindgen or other options give another stamp.
fn stamp(input: &[u8], dev: bool) -> Result<String> {
    let tool = fs::metadata(std::env::current_exe()?)?;
    let built = tool.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_nanos();
    Ok(format!("{:x} {built} {} {dev}", Base16(&Sha256::digest(input)), tool.len()))
}

fn read(out: &Path, name: &str) -> Result<Module> {
    let snippets = out.join("snippets");
    let read = |path: PathBuf| -> Result<_> {
        Ok((format!("./{}", crate::places::below(&path, out)), fs::read(&path)?))
    };
    Ok(Module {
        js: fs::read_to_string(out.join(format!("{name}.js")))?,
        wasm: fs::read(out.join(format!("{name}_bg.wasm")))?,
        snippets: crate::places::files_under(&snippets)?.into_iter().map(read).collect::<Result<_>>()?,
    })
}

/// Bytes written as hexadecimal digits.
pub struct Base16<'a>(pub &'a [u8]);

impl std::fmt::LowerHex for Base16<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glue_loses_comments_and_keeps_code() {
        let glue = "/**\n *\n * @returns {any}\n */\nfunction f(a) {\n    // why\n    return a * 2; /* so */\n}\n/* end */ g();\n";
        assert_eq!(bare(glue), "function f(a) {\nreturn a * 2; /* so */\n}\ng();\n");
    }
}
