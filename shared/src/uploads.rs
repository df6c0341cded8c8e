//! Uploads that resume: when they are worth it, and how large a piece leaves at a time.
//!
//! A piece should take about three seconds: short enough that a cut costs little and silence shows soon, long enough that
//! the way there and back does not count.

/// Photos of more bytes than this leave in pieces and resume (tus 1.0); smaller ones in one request.
pub const RESUMABLE_ABOVE: u32 = 64 * 1024;
/// Milliseconds after which a piece that gets no answer is given up.
pub const PATIENCE: u32 = 10_000;
/// The same for the last piece: the server looks at the whole photo before it answers.
pub const LAST_PATIENCE: u32 = 30_000;

const SMALLEST: u32 = 4 * 1024;
const FIRST: u32 = 16 * 1024;
const LARGEST: u32 = 512 * 1024;

/// How many bytes the line takes at a time, as far as it has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(u32);

impl Default for Pace {
    /// What passes on 40 kbit/s in three seconds.
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pace {
    /// Bytes of the next piece.
    pub fn bytes(self) -> u32 {
        self.0
    }

    /// After a piece of `bytes` arrived in `millis`. A short last piece says nothing against the line.
    #[must_use]
    pub fn after(self, bytes: u32, millis: u32) -> Self {
        let grown = match millis {
            ..300 => bytes.saturating_mul(4),
            300..1_500 => bytes.saturating_mul(2),
            1_500..6_000 => bytes,
            _ => bytes / 2,
        };
        let next = if millis < 6_000 { grown.max(self.0) } else { grown };
        Self(next.clamp(SMALLEST, LARGEST))
    }

    /// After a piece got lost.
    #[must_use]
    pub fn after_loss(self) -> Self {
        Self((self.0 / 2).clamp(SMALLEST, FIRST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces and seconds for `bytes` on a line of so many bytes a millisecond with so many milliseconds there and back.
    fn sent(bytes: u32, rate: u32, way: u32) -> (u32, u32) {
        let (mut left, mut pieces, mut millis, mut pace) = (bytes, 0, 0, Pace::default());
        while left > 0 {
            let piece = pace.bytes().min(left);
            let took = piece / rate + way;
            (left, pieces, millis) = (left - piece, pieces + 1, millis + took);
            pace = pace.after(piece, took);
        }
        (pieces, millis / 1_000)
    }

    #[test]
    fn a_fast_line_pays_few_ways_and_a_slow_one_sends_small_pieces() {
        assert_eq!(sent(300_000, 5_000, 20), (3, 0));
        assert_eq!(sent(300_000, 100, 80).0, 4);
        // 40 kbit/s: 19 pieces of about three seconds.
        assert_eq!(sent(300_000, 5, 100), (19, 61));
    }

    #[test]
    fn the_pace_follows_what_the_line_shows() {
        let pace = |bytes: u32| Pace(bytes * 1024);
        for (before, bytes, millis, after) in [
            (16, 16, 100, 64),
            (16, 16, 1_000, 32),
            (16, 16, 3_300, 16),
            (32, 32, 7_000, 16),
            (512, 512, 100, 512),
            (4, 4, 9_000, 4),
            // The rest of a photo is short; the line is what it was.
            (64, 3, 80, 64),
            (64, 3, 2_000, 64),
        ] {
            assert_eq!(pace(before).after(bytes * 1024, millis), pace(after), "{before} {bytes} {millis}");
        }
    }

    #[test]
    fn a_loss_makes_it_start_small_again() {
        assert_eq!(
            [512, 32, 16, 8, 4].map(|kb: u32| Pace(kb * 1024).after_loss().0 / 1024),
            [16, 16, 8, 4, 4]
        );
    }
}
