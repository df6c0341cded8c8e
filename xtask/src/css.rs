//! Style sheets made smaller: comments and needless spaces go. Refuses what a browser would silently drop: an unclosed
//! comment or string, brackets that do not match. Does not rewrite values or merge rules: brotli does as well.

use anyhow::{Result, bail};

/// The same sheet in fewer bytes.
pub fn minify(source: &str) -> Result<String> {
    let mut out = String::with_capacity(source.len());
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut space = false;
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let line = 1 + source[..source.len() - rest.len()].matches('\n').count();
        let token = token(rest, line)?;
        rest = &rest[token.len()..];
        if c.is_whitespace() || token.starts_with("/*") {
            space = true;
            continue;
        }
        match c {
            '{' | '(' | '[' => open.push((c, line)),
            '}' | ')' | ']' => match open.pop() {
                Some(('{', _)) if c == '}' => {}
                Some(('(', _)) if c == ')' => {}
                Some(('[', _)) if c == ']' => {}
                _ => bail!("line {line}: {c} closes nothing"),
            },
            _ => {}
        }
        if c == '}' && out.ends_with(';') {
            out.pop();
        }
        if space && matters(&out, c) {
            out.push(' ');
        }
        space = false;
        out.push_str(token);
    }
    if let Some((c, line)) = open.pop() {
        bail!("line {line}: {c} is never closed");
    }
    Ok(out)
}

/// A comment, a string, or one character.
fn token(rest: &str, line: usize) -> Result<&str> {
    if rest.starts_with("/*") {
        let Some(end) = rest.find("*/") else { bail!("line {line}: comment never closed") };
        return Ok(&rest[..end + 2]);
    }
    let mut chars = rest.char_indices();
    let Some((_, first)) = chars.next() else { return Ok(rest) };
    if first != '"' && first != '\'' {
        return Ok(&rest[..first.len_utf8()]);
    }
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => break,
            _ if c == first => return Ok(&rest[..=at]),
            _ => {}
        }
    }
    bail!("line {line}: string never closed")
}

/// Whether a space between what is written and `next` means something.
fn matters(out: &str, next: char) -> bool {
    !out.is_empty() && !out.ends_with(['{', '}', ';', ',', ':']) && !matches!(next, '{' | '}' | ';' | ',')
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn comments_and_needless_spaces_go() {
        let source = "/* a */\n.a  .b:hover ,\n p {\n  margin: 0  auto;\n  color : red; }\n";
        assert_eq!(minify(source).unwrap(), ".a .b:hover,p{margin:0 auto;color :red}");
    }

    #[test]
    fn spaces_that_mean_something_stay() {
        for kept in [
            "a :hover{b:c}",
            "@media (min-width:4em) and (x){a{b:calc(1px + 2px)}}",
            "a{content:\"  ; /* } */\"}",
        ] {
            assert_eq!(minify(kept).unwrap(), kept);
        }
    }

    #[test]
    fn broken_sheets_are_refused_with_their_line() {
        for (sheet, said) in [
            ("a{\nb:c", "line 1: { is never closed"),
            ("a{}\n}", "line 2: } closes nothing"),
            ("a{b:(c}", "line 1: } closes nothing"),
            ("\n/* x", "line 2: comment never closed"),
            ("a{content:\"x\n\"}", "line 1: string never closed"),
        ] {
            assert_eq!(minify(sheet).unwrap_err().to_string(), said);
        }
    }
}
