//! From the compiler's wasm to what a browser loads: wasm-bindgen as a library, of the version in Cargo.lock.

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
    /// Scripts the glue imports: the path it writes, the text.
    pub snippets: Vec<(String, Vec<u8>)>,
}

/// Writes `NAME.js` and `NAME_bg.wasm` into a folder of the target directory and reads them back; a module seen before
/// is not made again.
pub fn run(wasm: &Path, name: &str, dev: bool) -> Result<Module> {
    let out = crate::places::wasm_target().join("bindgen").join(name);
    let input = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let stamp = stamp(&input, dev)?;
    if fs::read_to_string(out.join("stamp")).ok().as_deref() != Some(&stamp) {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out)?;
        let mut bindgen = Bindgen::new();
        bindgen.input_bytes(name, input).web(true)?.typescript(false).omit_default_module_path(true);
        bindgen.remove_name_section(!dev).remove_producers_section(!dev).debug(dev);
        let mut output = bindgen.generate_output()?;
        let renamed = if dev { Vec::new() } else { shorten(&mut output) };
        output.emit(&out)?;
        rewrite(&out.join(format!("{name}.js")), &renamed)?;
        fs::write(out.join("stamp"), stamp)?;
    }
    read(&out, name)
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

fn rewrite(glue: &Path, renamed: &Renamed) -> Result<()> {
    let text = fs::read_to_string(glue)?;
    fs::write(glue, renamed.iter().fold(text, |text, (long, short)| text.replace(long, short)))?;
    Ok(())
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
