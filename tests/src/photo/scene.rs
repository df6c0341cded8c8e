//! The picture: sky, school, grass, and a swing that hangs by one chain.

type Rgb = [u8; 3];

const SCHOOL: Rgb = [226, 205, 170];
const ROOF: Rgb = [168, 92, 66];
const WINDOW: Rgb = [86, 112, 138];
const METAL: Rgb = [196, 64, 52];
const CHAIN: Rgb = [90, 94, 98];
const SEAT: Rgb = [40, 42, 48];

/// The colour of pixel `(x, y)` of an upright picture of `size`, noise included.
pub(super) fn colour((x, y): (usize, usize), (width, height): (usize, usize), seed: u32) -> Rgb {
    let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
    let flat = swing(across, down).or_else(|| school(across, down)).unwrap_or_else(|| background(down));
    let noise = noise(x as u32, y as u32, seed);
    flat.map(|channel| channel.saturating_add_signed(noise))
}

fn background(down: f32) -> Rgb {
    let fade =
        |from: u8, to: u8, share: f32| (f32::from(from) + (f32::from(to) - f32::from(from)) * share) as u8;
    if down < 0.45 {
        let share = down / 0.45;
        [fade(96, 190, share), fade(160, 214, share), fade(222, 236, share)]
    } else {
        let share = (down - 0.45) / 0.55;
        [fade(150, 92, share), fade(172, 138, share), fade(96, 50, share)]
    }
}

fn school(across: f32, down: f32) -> Option<Rgb> {
    if !(0.05..0.95).contains(&across) || !(0.28..0.50).contains(&down) {
        return None;
    }
    if down < 0.30 {
        return Some(ROOF);
    }
    let (column, row) = ((across - 0.05) / 0.15 % 1.0, (down - 0.30) / 0.10 % 1.0);
    let glass = (0.25..0.75).contains(&column) && (0.2..0.75).contains(&row);
    Some(if glass { WINDOW } else { SCHOOL })
}

/// Two legs each side, a beam, one chain still holding the seat's right end, the left one broken off.
fn swing(across: f32, down: f32) -> Option<Rgb> {
    let near = |a: (f32, f32), b: (f32, f32), half: f32| distance((across, down), a, b) < half;
    let legs = [
        ((0.20, 0.38), (0.10, 0.82)),
        ((0.20, 0.38), (0.30, 0.82)),
        ((0.80, 0.38), (0.70, 0.82)),
        ((0.80, 0.38), (0.90, 0.82)),
    ];
    if near((0.20, 0.38), (0.80, 0.38), 0.010) || legs.iter().any(|(top, foot)| near(*top, *foot, 0.009)) {
        return Some(METAL);
    }
    if near((0.56, 0.66), (0.47, 0.80), 0.014) {
        return Some(SEAT);
    }
    let chains = [((0.56, 0.38), (0.56, 0.66)), ((0.42, 0.38), (0.42, 0.47))];
    chains.iter().any(|(top, end)| near(*top, *end, 0.003)).then_some(CHAIN)
}

/// From a point to the nearest point of the line `a`–`b`.
fn distance(point: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (along, to_point) = ((b.0 - a.0, b.1 - a.1), (point.0 - a.0, point.1 - a.1));
    let length = along.0.mul_add(along.0, along.1 * along.1);
    let share = ((to_point.0 * along.0 + to_point.1 * along.1) / length).clamp(0.0, 1.0);
    (to_point.0 - share * along.0).hypot(to_point.1 - share * along.1)
}

/// A sensor's grain: the same for the same pixel and seed, −8 to 8.
fn noise(x: u32, y: u32, seed: u32) -> i8 {
    let mut grain =
        x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    grain ^= grain >> 15;
    grain = grain.wrapping_mul(0x2C1B_3C6D);
    grain ^= grain >> 12;
    (grain % 17) as i8 - 8
}
