//! What people type: folding for comparison, cleaning before it is kept.

/// Lower-cases and drops accents, so that "École" and "ecole" meet. Whatever is neither letter nor digit becomes
/// one space. Covers the Latin letters of French and its neighbours; other scripts pass through lower-cased.
///
/// Own code on purpose: transliteration tables weigh more than the whole first load may.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Prepares a person's words for keeping: control characters (NUL first of all) go, line ends become `\n`, the ends
/// are trimmed. Nothing else changes: emoji and right-to-left text are theirs.
pub fn clean(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unix.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// The first `most` characters of the first paragraph, cut at a word, with an ellipsis where something is left out.
pub fn excerpt(text: &str, most: usize) -> String {
    let first = text.lines().next().unwrap_or_default();
    if first.chars().count() <= most {
        return first.to_owned();
    }
    let head: String = first.chars().take(most).collect();
    let cut = head.rfind(' ').map_or(head.as_str(), |space| &head[..space]);
    format!("{}…", cut.trim_end())
}

/// Whether every word of `query` starts some word of `folded` (already folded): the order is free.
pub fn matches(query: &str, folded: &str) -> bool {
    fold(query).split(' ').all(|word| folded.split(' ').any(|candidate| candidate.starts_with(word)))
}

/// Longest word, in bytes, that is compared letter by letter.
const LONGEST: usize = 30;
/// More than any number of errors.
const FAR: u8 = 100;

/// How many letters may be wrong in a word that was `typed` (folded): one, two from eight letters on. Short words and
/// numbers are meant as they are.
pub fn errors(typed: &str) -> u8 {
    let number = typed.bytes().any(|letter| letter.is_ascii_digit());
    match typed.len() {
        4..=7 if !number => 1,
        8..=LONGEST if !number => 2,
        _ => 0,
    }
}

/// Whether somebody who `typed` this likely meant `word` or its beginning: no more [`errors`] than may be, each a letter
/// that is missing, too many or wrong, or two swapped.
pub fn is_likely(typed: &str, word: &str) -> bool {
    let errors = errors(typed);
    let (typed, word) = (typed.as_bytes(), word.as_bytes());
    let reach = usize::from(errors);
    if errors == 0 || word.len() > LONGEST || word.len() + reach < typed.len() {
        return false;
    }
    // Optimal string alignment, row by row, no farther from the diagonal than errors reach. The last row's least is the
    // distance to the nearest beginning of `word`.
    let mut rows = [[FAR; LONGEST + 1]; 3];
    (0..=errors).zip(&mut rows[1]).for_each(|(at, cell)| *cell = at);
    for (line, letter) in typed.iter().enumerate() {
        let [before, above, row] = &mut rows;
        *row = [FAR; LONGEST + 1];
        row[0] = u8::try_from(line + 1).unwrap_or(FAR);
        let mut least = row[0];
        for at in line.saturating_sub(reach)..word.len().min(line + reach + 1) {
            let (other, swapped) =
                (word[at], line > 0 && at > 0 && typed[line - 1] == word[at] && word[at - 1] == *letter);
            let mut far = (above[at] + u8::from(*letter != other)).min(above[at + 1] + 1).min(row[at] + 1);
            if swapped {
                far = far.min(before[at - 1] + 1);
            }
            row[at + 1] = far;
            least = least.min(far);
        }
        if least > errors {
            return false;
        }
        rows.rotate_left(1);
    }
    true
}

/// Whether `text` has the shape of a mail address: one `@`, something before, a dotted name after, no blank.
/// Whether somebody reads it is learnt by writing to it (RFC 5321 §4.5.3.1: 254 characters at most).
pub fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && !domain.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"".contains(c))
}

/// Whether `text` has the shape of a language's tag (BCP 47).
pub fn is_lang(text: &str) -> bool {
    text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_meets_what_a_hurried_person_types() {
        for (text, folded) in [
            ("École  Élémentaire", "ecole elementaire"),
            ("Cœur d’Île-Ça", "coeur d ile ca"),
            ("e\u{301}cole", "ecole"),
            ("  --  ", ""),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn words_match_in_any_order_by_their_start() {
        let school = fold("École maternelle Les Mouettes 13004");
        for query in ["mouett mat", "13004", "ECOLE les", ""] {
            assert!(matches(query, &school), "{query}");
        }
        assert!(!matches("mouettes primaire", &school));
    }

    #[test]
    fn a_word_typed_wrong_is_likely_the_one_meant() {
        for (typed, word) in [
            ("beleville", "belleville"),
            ("bellevile", "belleville"),
            ("chartrux", "chartreux"),
            ("chatrexu", "chartreux"),
            ("arnec", "arenc"),
            ("harenc", "arenc"),
            ("hirondelels", "hirondelles"),
            ("belevil", "belleville"),
        ] {
            assert!(is_likely(typed, word), "{typed} {word}");
        }
        for (typed, word) in [
            ("mer", "mar"),
            ("13004", "13005"),
            ("arnex", "arenc"),
            ("pins", "platanes"),
            ("belleville", "bel"),
            ("platanes", "plaine"),
        ] {
            assert!(!is_likely(typed, word), "{typed} {word}");
        }
    }

    #[test]
    fn cleaning_keeps_every_word() {
        assert_eq!(clean(" a\0b\r\nc\u{202e}d 🙈 "), "ab\nc\u{202e}d 🙈");
    }

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("Court\nsuite", 20), "Court");
        assert_eq!(excerpt("La balançoire est cassée", 16), "La balançoire…");
        assert_eq!(excerpt("ééééé", 3), "ééé…");
    }

    #[test]
    fn mail_addresses_are_told_from_typing_errors() {
        for good in ["a@b.fr", "ce.9990001x@ac.example.org"] {
            assert!(is_mail(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.fr", "a@b.fr@c.fr", "a b@c.fr", "a@.fr", "a@b.fr\nBcc: c@d.fr"] {
            assert!(!is_mail(bad), "{bad}");
        }
    }
}
