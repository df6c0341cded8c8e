//! Words of reports as they are searched: without accents, by their beginnings, whatever the engine's collation.
//!
//! Owns the column `folded` and the table `report_words`. A word is looked up by its first letters, packed into a number
//! that sorts as they do; the folded text has the last word.

use crate::app::App;
use crate::db::bundle::Bundle;
use crate::db::rows;
use shared::instant::Instant;
use shared::reports::NewReport;
use shared::text::fold;
use sqlx::Row as _;
use std::collections::BTreeSet;
use std::ops::Range;

/// Letters that are packed; 37 to this power is the most that fits.
const LETTERS: u32 = 12;
/// Letters, digits, and the end of a word.
const BASE: i64 = 37;
/// Words written by one statement.
const TOGETHER: usize = 16;
/// Reports that are read together when the server starts on a database that was never read.
const BATCH: i64 = 500;

/// What people can find `report` by: its category and its words, between spaces.
pub fn folded(report: &NewReport) -> String {
    let category = report.category.as_deref().unwrap_or_default();
    let captions = report.captions.iter().map(String::as_str);
    joined([category, &report.spot, &report.description].into_iter().chain(captions))
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let folded: Vec<_> = texts.map(fold).filter(|text| !text.is_empty()).collect();
    format!(" {} ", folded.join(" "))
}

/// The numbers of words that begin with `start`.
pub fn range(start: &str) -> Range<i64> {
    let first = packed(start);
    let letters = u32::try_from(start.chars().count()).unwrap_or(LETTERS).min(LETTERS);
    first..first + BASE.pow(LETTERS - letters)
}

/// The number of a word, folded.
pub fn packed(word: &str) -> i64 {
    let digit = |letter: char| match letter {
        'a'..='z' => i64::from(u32::from(letter) - u32::from('a')) + 1,
        '0'..='9' => i64::from(u32::from(letter) - u32::from('0')) + 27,
        // Other scripts share the digits; the folded text tells them apart.
        other => i64::from(u32::from(other) % 36) + 1,
    };
    let letters = word.chars().map(digit).chain(std::iter::repeat(0)).take(LETTERS as usize);
    letters.fold(0, |number, digit| number * BASE + digit)
}

/// Writes down where the words of `folded` are.
pub fn add(writes: &mut Bundle, folded: &str, received_at: Instant) {
    let words: BTreeSet<i64> = folded.split_whitespace().map(packed).collect();
    let words: Vec<i64> = words.into_iter().collect();
    for some in words.chunks(TOGETHER) {
        let text = format!(
            "INSERT INTO report_words (word, received_at) VALUES {} ON CONFLICT (word, received_at) DO NOTHING",
            rows(some.len(), 2)
        );
        let mut insert = writes.add(&text);
        for word in some {
            insert = insert.bind(*word).bind(received_at.0);
        }
    }
}

/// Reads the words of reports that an earlier version took in.
///
/// # Errors
/// The database's.
pub async fn catch_up(app: &App) -> anyhow::Result<()> {
    loop {
        let mut tx = app.db.write().await?;
        let rows = sqlx::query(
            "SELECT id, category, spot, description, received_at FROM reports WHERE folded IS NULL LIMIT $1",
        );
        let rows = rows.bind(BATCH).fetch_all(&mut *tx).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            let id: &str = row.try_get("id")?;
            let captions: Vec<String> = sqlx::query_scalar(
                "SELECT caption FROM report_photos WHERE report_id = $1 ORDER BY position",
            )
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
            let category: Option<&str> = row.try_get("category")?;
            let said = [category.unwrap_or_default(), row.try_get("spot")?, row.try_get("description")?];
            let folded = joined(said.into_iter().chain(captions.iter().map(String::as_str)));
            let mut writes = Bundle::default();
            add(&mut writes, &folded, Instant(row.try_get("received_at")?));
            writes.add("UPDATE reports SET folded = $2 WHERE id = $1").bind(id).bind(&folded);
            writes.run(&mut tx).await?;
        }
        tx.commit().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_lies_in_the_range_of_each_of_its_beginnings() {
        for word in ["balancoire", "wc", "13004", "anticonstitutionnellement", "مدرسة"] {
            for end in word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]) {
                assert!(range(&word[..end]).contains(&packed(word)), "{word} {end}");
            }
        }
    }

    #[test]
    fn other_words_lie_outside() {
        for (start, word) in [("balan", "balcon"), ("balan", "bala"), ("a", "b"), ("zz", "zy9"), ("9", "z")] {
            assert!(!range(start).contains(&packed(word)), "{start} {word}");
        }
        assert!(range("999999999999").end > 0, "the highest number fits");
    }
}
