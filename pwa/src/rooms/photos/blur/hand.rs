//! What fingers, pen and mouse mean: one draws, two move the photo. Pure.

use super::shapes::Point;

/// A stroke shorter than this, on the stage, was the first finger of two.
const SLIP: f64 = 24.0;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meant {
    /// Nothing.
    Nothing,
    /// A stroke begins.
    Begin(Point),
    /// It goes on.
    Draw(Point, Point),
    /// It ends.
    End,
    /// It was none.
    GiveUp,
    /// The photo moves.
    Shift(Point),
    /// The photo moves under two fingers, from one pair of places to another.
    Pinch([Point; 2], [Point; 2]),
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Doing {
    #[default]
    Nothing,
    /// Drawing; how far so far.
    Drawing(f64),
    Moving,
}

/// The pointers that are down, by the browser's number for them.
#[derive(Default)]
pub struct Hand {
    down: Vec<(i32, Point)>,
    doing: Doing,
}

impl Hand {
    /// A pointer comes down. `draws`: it is a finger, a pen, or the mouse's first button.
    pub fn press(&mut self, pointer: i32, at: Point, draws: bool) -> Meant {
        self.down.retain(|(known, _)| *known != pointer);
        self.down.push((pointer, at));
        let before = self.doing;
        let alone = self.down.len() == 1;
        self.doing = if alone && draws { Doing::Drawing(0.0) } else { Doing::Moving };
        match before {
            _ if alone && draws => Meant::Begin(at),
            Doing::Drawing(length) if length < SLIP => Meant::GiveUp,
            Doing::Drawing(_) => Meant::End,
            _ => Meant::Nothing,
        }
    }

    /// A pointer moves.
    pub fn shift(&mut self, pointer: i32, to: Point) -> Meant {
        let Some(n) = self.down.iter().position(|(known, _)| *known == pointer) else {
            return Meant::Nothing;
        };
        let from = std::mem::replace(&mut self.down[n].1, to);
        match (&mut self.doing, &*self.down) {
            (Doing::Drawing(length), _) => {
                *length += from.to(to);
                Meant::Draw(from, to)
            }
            (Doing::Moving, [_]) => Meant::Shift(Point::new(to.x - from.x, to.y - from.y)),
            (Doing::Moving, [(_, a), (_, b), ..]) if n < 2 => {
                let (was, is) = if n == 0 { ([from, *b], [to, *b]) } else { ([*a, from], [*a, to]) };
                Meant::Pinch(was, is)
            }
            _ => Meant::Nothing,
        }
    }

    /// A pointer goes up, or is taken away.
    pub fn lift(&mut self, pointer: i32) -> Meant {
        self.down.retain(|(known, _)| *known != pointer);
        if !self.down.is_empty() {
            return Meant::Nothing;
        }
        match std::mem::take(&mut self.doing) {
            Doing::Drawing(_) => Meant::End,
            _ => Meant::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Point = Point { x: 10.0, y: 10.0 };
    const B: Point = Point { x: 50.0, y: 10.0 };
    const C: Point = Point { x: 90.0, y: 10.0 };

    #[test]
    fn one_finger_draws() {
        let mut hand = Hand::default();
        assert_eq!(hand.shift(1, A), Meant::Nothing);
        assert_eq!(hand.press(1, A, true), Meant::Begin(A));
        assert_eq!(hand.shift(1, B), Meant::Draw(A, B));
        assert_eq!(hand.shift(2, C), Meant::Nothing);
        assert_eq!(hand.lift(1), Meant::End);
        assert_eq!(hand.lift(1), Meant::Nothing);
    }

    #[test]
    fn two_fingers_move_the_photo_and_leave_no_spot() {
        let mut hand = Hand::default();
        hand.press(1, A, true);
        assert_eq!(hand.press(2, B, true), Meant::GiveUp);
        assert_eq!(hand.shift(2, C), Meant::Pinch([A, B], [A, C]));
        assert_eq!(hand.shift(1, B), Meant::Pinch([A, C], [B, C]));
        assert_eq!(hand.press(3, A, true), Meant::Nothing);
        assert_eq!(hand.shift(3, B), Meant::Nothing);
        hand.lift(3);
        assert_eq!(hand.lift(1), Meant::Nothing);
        // The finger that stays moves the photo, and draws nothing on its way out.
        assert_eq!(hand.shift(2, A), Meant::Shift(Point::new(-80.0, 0.0)));
        assert_eq!(hand.lift(2), Meant::Nothing);
        assert_eq!(hand.press(1, A, true), Meant::Begin(A));
    }

    #[test]
    fn a_long_stroke_is_kept_when_a_second_finger_comes() {
        let mut hand = Hand::default();
        hand.press(1, A, true);
        hand.shift(1, B);
        assert_eq!(hand.press(2, C, true), Meant::End);
    }

    #[test]
    fn other_buttons_of_the_mouse_move_the_photo() {
        let mut hand = Hand::default();
        assert_eq!(hand.press(1, A, false), Meant::Nothing);
        assert_eq!(hand.shift(1, B), Meant::Shift(Point::new(40.0, 0.0)));
        assert_eq!(hand.lift(1), Meant::Nothing);
    }
}
