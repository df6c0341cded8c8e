//! Names as people read them. The register writes some in capitals without accents; only what can be known is mended.

/// Words of school names whose accents are certain.
const KNOWN: [(&str, &str); 9] = [
    ("ecole", "école"),
    ("elementaire", "élémentaire"),
    ("maternelle", "maternelle"),
    ("primaire", "primaire"),
    ("publique", "publique"),
    ("privee", "privée"),
    ("college", "collège"),
    ("lycee", "lycée"),
    ("groupe", "groupe"),
];
/// Words that stay small inside a name.
const SMALL: [&str; 11] = ["de", "du", "des", "la", "le", "les", "et", "en", "sur", "au", "aux"];

/// `name` with a capital at its head; one written all in capitals is set in small letters with its words raised.
pub fn readable(name: &str) -> String {
    let shouted = !name.chars().any(char::is_lowercase);
    if shouted { raise(&name.split(' ').map(calm).collect::<Vec<_>>().join(" ")) } else { raise(name) }
}

fn calm(word: &str) -> String {
    let small = word.to_lowercase();
    if let Some((_, known)) = KNOWN.iter().find(|(plain, _)| *plain == small) {
        return (*known).to_owned();
    }
    if SMALL.contains(&small.as_str()) {
        return small;
    }
    let elided =
        ["d'", "l'", "d’", "l’"].into_iter().find_map(|start| Some((start, small.strip_prefix(start)?)));
    match elided {
        Some((start, rest)) => format!("{start}{}", raise_parts(rest)),
        None => raise_parts(&small),
    }
}

fn raise_parts(word: &str) -> String {
    word.split('-').map(raise).collect::<Vec<_>>().join("-")
}

fn raise(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouted_names_are_calmed_and_others_left_alone() {
        for (name, read) in [
            ("ECOLE ELEMENTAIRE ZAC CHATEAU GOMBERT", "École élémentaire Zac Chateau Gombert"),
            ("ECOLE MATERNELLE DE L'ESTAQUE-PLAGE", "École maternelle de l'Estaque-Plage"),
            ("école maternelle privée montessori", "École maternelle privée montessori"),
            ("Ecole primaire publique les Lucioles", "Ecole primaire publique les Lucioles"),
        ] {
            assert_eq!(readable(name), read);
        }
    }
}
