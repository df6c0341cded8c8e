//! Pictures drawn by our own code: flat scenes of a school on a clear day. One function per scene, one shape per line.

use anyhow::{Context, Result};
use image::RgbImage;
use tiny_skia::{Color, FillRule, LineCap, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

const WIDTH: f32 = 1600.0;
const HEIGHT: f32 = 1200.0;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    Swing,
    Radiator,
    Exit,
    Toilets,
    Drip,
    Ceiling,
    Door,
    Branch,
    Pavement,
    Lamp,
    Fence,
    Bins,
    Tap,
    Window,
}

use Scene::{
    Bins, Branch, Ceiling, Door, Drip, Exit, Fence, Lamp, Pavement, Radiator, Swing, Tap, Toilets, Window,
};

/// Every scene, in the order of the enum: a scene's number is its place here.
pub const SCENES: [Scene; 14] =
    [Swing, Radiator, Exit, Toilets, Drip, Ceiling, Door, Branch, Pavement, Lamp, Fence, Bins, Tap, Window];

const INK: u32 = 0x0022_3346;
const WALL: u32 = 0x00ef_e4d0;
const FLOOR: u32 = 0x00c9_b79c;
const SKY: u32 = 0x00bf_dde8;
const SAND: u32 = 0x00e3_cfa4;
const SEA: u32 = 0x0031_6f92;
const OCHRE: u32 = 0x00d9_8f2b;
const GREEN: u32 = 0x0065_8a5c;
const GREY: u32 = 0x00a9_aaa5;
const WHITE: u32 = 0x00fa_f7f0;
const WATER: u32 = 0x007f_b6cf;
const BRICK: u32 = 0x00b5_6a4c;

/// Draws `scene`.
pub fn draw(scene: Scene) -> Result<RgbImage> {
    let mut canvas = Canvas(Pixmap::new(WIDTH as u32, HEIGHT as u32).context("no room for a picture")?);
    match scene {
        Swing => canvas.swing(),
        Radiator => canvas.radiator(),
        Exit => canvas.exit(),
        Toilets => canvas.toilets(),
        Drip => canvas.drip(),
        Ceiling => canvas.ceiling(),
        Door => canvas.door(),
        Branch => canvas.branch(),
        Pavement => canvas.pavement(),
        Lamp => canvas.lamp(),
        Fence => canvas.fence(),
        Bins => canvas.bins(),
        Tap => canvas.tap(),
        Window => canvas.window(),
    }
    let rgb = canvas.0.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, rgb).context("a picture has the wrong size")
}

struct Canvas(Pixmap);

impl Canvas {
    fn rect(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), colour: u32) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.0.fill_rect(rect, &paint(colour), Transform::identity(), None);
        }
    }

    fn disc(&mut self, (x, y): (f32, f32), radius: f32, colour: u32) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.0.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn shape(&mut self, points: &[(f32, f32)], colour: u32) {
        if let Some(path) = path(points) {
            self.0.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn line(&mut self, points: &[(f32, f32)], width: f32, colour: u32) {
        if let Some(path) = path(points) {
            let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
            self.0.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
        }
    }

    fn yard(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, 760.0), SKY);
        self.rect((0.0, 430.0), (WIDTH, 330.0), WALL);
        for x in [140.0, 520.0, 900.0, 1280.0] {
            self.rect((x, 500.0), (180.0, 150.0), SEA);
            self.line(&[(x + 90.0, 500.0), (x + 90.0, 650.0)], 10.0, WHITE);
        }
        self.rect((0.0, 740.0), (WIDTH, 460.0), SAND);
    }

    fn room(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, 900.0), WALL);
        self.rect((0.0, 620.0), (WIDTH, 20.0), SEA);
        self.rect((0.0, 900.0), (WIDTH, 300.0), FLOOR);
        self.rect((0.0, 880.0), (WIDTH, 24.0), WHITE);
    }

    fn swing(&mut self) {
        self.yard();
        self.line(&[(360.0, 1060.0), (520.0, 260.0), (680.0, 1060.0)], 34.0, BRICK);
        self.line(&[(920.0, 1060.0), (1080.0, 260.0), (1240.0, 1060.0)], 34.0, BRICK);
        self.line(&[(500.0, 270.0), (1100.0, 270.0)], 34.0, BRICK);
        self.line(&[(720.0, 280.0), (690.0, 940.0)], 8.0, INK);
        self.line(&[(880.0, 280.0), (900.0, 560.0)], 8.0, INK);
        self.line(&[(640.0, 960.0), (820.0, 1080.0)], 40.0, OCHRE);
        self.line(&[(815.0, 1070.0), (880.0, 1040.0), (930.0, 1090.0)], 8.0, INK);
    }

    fn radiator(&mut self) {
        self.room();
        self.rect((420.0, 460.0), (760.0, 400.0), GREY);
        for n in 0..9_u8 {
            self.rect((440.0 + f32::from(n) * 82.0, 480.0), (60.0, 360.0), WHITE);
        }
        self.line(&[(1180.0, 800.0), (1300.0, 800.0), (1300.0, 900.0)], 26.0, GREY);
        self.disc((1200.0, 800.0), 40.0, OCHRE);
        self.line(&[(240.0, 300.0), (240.0, 520.0)], 40.0, WHITE);
        self.disc((240.0, 540.0), 44.0, SEA);
        self.line(&[(240.0, 470.0), (240.0, 530.0)], 16.0, SEA);
    }

    fn exit(&mut self) {
        self.room();
        self.rect((560.0, 180.0), (480.0, 720.0), GREEN);
        self.rect((600.0, 220.0), (400.0, 640.0), 0x007b_a372);
        self.rect((640.0, 520.0), (320.0, 36.0), WHITE);
        self.rect((640.0, 60.0), (320.0, 90.0), GREEN);
        self.shape(&[(700.0, 105.0), (760.0, 75.0), (760.0, 135.0)], WHITE);
        self.line(&[(760.0, 105.0), (900.0, 105.0)], 20.0, WHITE);
        for (x, y, size) in [(480.0, 700.0, 300.0), (760.0, 780.0, 240.0), (820.0, 560.0, 220.0)] {
            self.rect((x, y), (size, size * 0.9), 0x00c4_9a63);
            self.rect((x + size * 0.42, y), (size * 0.16, size * 0.9), 0x00d9_b684);
        }
    }

    fn toilets(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, HEIGHT), 0x00dd_e7e6);
        for n in 0..16_u8 {
            self.line(&[(f32::from(n) * 110.0, 0.0), (f32::from(n) * 110.0, 950.0)], 3.0, WHITE);
            self.line(&[(0.0, f32::from(n) * 110.0), (WIDTH, f32::from(n) * 110.0)], 3.0, WHITE);
        }
        self.rect((0.0, 950.0), (WIDTH, 250.0), GREY);
        self.rect((160.0, 220.0), (380.0, 740.0), SEA);
        self.rect((620.0, 220.0), (380.0, 740.0), SEA);
        self.shape(&[(1080.0, 260.0), (1400.0, 330.0), (1340.0, 1040.0), (1020.0, 960.0)], 0x0027_5a78);
        self.disc((500.0, 600.0), 18.0, WHITE);
        self.disc((960.0, 600.0), 18.0, WHITE);
        self.disc((1310.0, 690.0), 18.0, OCHRE);
    }

    fn drip(&mut self) {
        self.room();
        self.shape(
            &[(900.0, 0.0), (1120.0, 0.0), (1080.0, 260.0), (1040.0, 700.0), (980.0, 880.0), (960.0, 420.0)],
            0x00cf_c3a6,
        );
        self.shape(&[(960.0, 0.0), (1060.0, 0.0), (1030.0, 300.0), (1010.0, 620.0)], 0x00b7_ab8f);
        self.disc((1010.0, 960.0), 210.0, WATER);
        self.rect((780.0, 900.0), (480.0, 40.0), WATER);
        self.shape(&[(860.0, 860.0), (1160.0, 860.0), (1120.0, 1080.0), (900.0, 1080.0)], SEA);
        self.rect((850.0, 850.0), (320.0, 30.0), WHITE);
        for y in [330.0, 560.0, 740.0] {
            self.disc((1012.0, y), 16.0, WATER);
        }
    }

    fn ceiling(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, HEIGHT), 0x00f3_eee2);
        for n in 0..5_u8 {
            self.line(&[(f32::from(n) * 400.0, 0.0), (f32::from(n) * 400.0, HEIGHT)], 12.0, GREY);
            self.line(&[(0.0, f32::from(n) * 300.0), (WIDTH, f32::from(n) * 300.0)], 12.0, GREY);
        }
        self.rect((806.0, 306.0), (388.0, 288.0), INK);
        self.line(&[(830.0, 340.0), (1160.0, 380.0)], 18.0, GREY);
        self.line(&[(850.0, 560.0), (1170.0, 470.0)], 18.0, BRICK);
        self.shape(&[(1206.0, 306.0), (1594.0, 306.0), (1540.0, 660.0), (1230.0, 560.0)], 0x00d8_cdb6);
        self.disc((600.0, 740.0), 120.0, 0x00d9_c9a4);
        self.disc((660.0, 800.0), 70.0, 0x00cd_ba90);
    }

    fn door(&mut self) {
        self.room();
        self.rect((520.0, 160.0), (520.0, 740.0), INK);
        self.shape(&[(520.0, 160.0), (880.0, 220.0), (880.0, 960.0), (520.0, 900.0)], BRICK);
        self.shape(&[(580.0, 250.0), (820.0, 290.0), (820.0, 520.0), (580.0, 490.0)], WATER);
        self.disc((840.0, 620.0), 24.0, WHITE);
        self.line(&[(520.0, 240.0), (470.0, 200.0)], 20.0, GREY);
        self.line(&[(1040.0, 200.0), (940.0, 260.0)], 14.0, GREY);
    }

    fn branch(&mut self) {
        self.yard();
        self.rect((300.0, 380.0), (110.0, 700.0), 0x007a_5b43);
        for (x, y, radius) in [(350.0, 260.0, 240.0), (180.0, 380.0, 160.0), (540.0, 340.0, 170.0)] {
            self.disc((x, y), radius, GREEN);
        }
        self.line(&[(400.0, 520.0), (760.0, 560.0), (1060.0, 820.0)], 44.0, 0x007a_5b43);
        for (x, y, radius) in [(1040.0, 800.0, 120.0), (1150.0, 880.0, 90.0), (930.0, 720.0, 80.0)] {
            self.disc((x, y), radius, 0x0078_9c6d);
        }
        self.rect((880.0, 940.0), (480.0, 36.0), BRICK);
        self.line(&[(930.0, 976.0), (930.0, 1080.0)], 26.0, INK);
        self.line(&[(1310.0, 976.0), (1310.0, 1080.0)], 26.0, INK);
    }

    fn pavement(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, 420.0), WALL);
        self.rect((0.0, 400.0), (WIDTH, 360.0), GREY);
        self.rect((0.0, 740.0), (WIDTH, 40.0), WHITE);
        self.rect((0.0, 780.0), (WIDTH, 420.0), 0x006d_7276);
        for n in 0..6_u8 {
            self.rect((60.0 + f32::from(n) * 270.0, 900.0), (150.0, 220.0), 0x008b_9094);
        }
        self.shape(&[(620.0, 520.0), (860.0, 470.0), (1040.0, 560.0), (980.0, 690.0), (700.0, 680.0)], INK);
        self.shape(
            &[(670.0, 545.0), (860.0, 505.0), (985.0, 575.0), (940.0, 655.0), (730.0, 650.0)],
            0x004a_4038,
        );
        for (x, y) in [(560.0, 640.0), (1080.0, 660.0), (900.0, 440.0)] {
            self.disc((x, y), 26.0, 0x0086_8783);
        }
    }

    fn lamp(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, HEIGHT), 0x00d3_cbb9);
        self.rect((0.0, 300.0), (WIDTH, 30.0), GREY);
        self.rect((0.0, 900.0), (WIDTH, 300.0), SAND);
        self.line(&[(420.0, 330.0), (420.0, 430.0)], 10.0, INK);
        self.line(&[(1180.0, 330.0), (1180.0, 520.0)], 10.0, INK);
        self.line(&[(400.0, 440.0), (1190.0, 530.0)], 60.0, WHITE);
        self.line(&[(420.0, 446.0), (700.0, 478.0)], 26.0, 0x00f4_dd92);
        self.line(&[(900.0, 500.0), (1170.0, 528.0)], 26.0, GREY);
        for (x, y) in [(560.0, 600.0), (640.0, 640.0), (480.0, 630.0)] {
            self.line(&[(x, y), (x - 20.0, y + 70.0)], 8.0, OCHRE);
        }
    }

    fn fence(&mut self) {
        self.yard();
        for n in 0..27_u8 {
            let x = f32::from(n) * 64.0;
            self.line(&[(x, 420.0), (x + 200.0, 1000.0)], 5.0, 0x004f_6a5c);
            self.line(&[(x + 200.0, 420.0), (x, 1000.0)], 5.0, 0x004f_6a5c);
        }
        self.shape(&[(760.0, 560.0), (1010.0, 520.0), (1120.0, 1000.0), (700.0, 1000.0)], SAND);
        self.shape(&[(760.0, 560.0), (1010.0, 520.0), (1030.0, 740.0), (745.0, 740.0)], WALL);
        self.line(&[(760.0, 560.0), (880.0, 700.0), (820.0, 860.0)], 9.0, 0x004f_6a5c);
        for x in [60.0, 620.0, 1240.0] {
            self.rect((x, 380.0), (34.0, 660.0), 0x003f_574b);
        }
    }

    fn bins(&mut self) {
        self.yard();
        for (x, colour) in [(300.0, GREEN), (680.0, OCHRE), (1060.0, GREEN)] {
            self.shape(&[(x, 560.0), (x + 300.0, 560.0), (x + 270.0, 1040.0), (x + 30.0, 1040.0)], colour);
            self.shape(&[(x - 20.0, 560.0), (x + 300.0, 430.0), (x + 330.0, 480.0), (x, 600.0)], INK);
            self.disc((x + 60.0, 1060.0), 36.0, INK);
            self.disc((x + 240.0, 1060.0), 36.0, INK);
        }
        for (x, y, radius) in
            [(420.0, 520.0, 90.0), (840.0, 510.0, 100.0), (620.0, 1040.0, 110.0), (1230.0, 520.0, 80.0)]
        {
            self.disc((x, y), radius, 0x003a_4148);
        }
        self.rect((960.0, 1000.0), (130.0, 100.0), 0x00c4_9a63);
    }

    fn tap(&mut self) {
        self.rect((0.0, 0.0), (WIDTH, HEIGHT), 0x00df_e9e8);
        self.shape(&[(260.0, 700.0), (1340.0, 700.0), (1200.0, 1080.0), (400.0, 1080.0)], WHITE);
        self.rect((220.0, 660.0), (1160.0, 60.0), WHITE);
        self.disc((800.0, 860.0), 190.0, 0x00c9_a878);
        self.line(&[(800.0, 660.0), (800.0, 380.0), (960.0, 330.0), (1000.0, 440.0)], 60.0, GREY);
        self.line(&[(720.0, 360.0), (880.0, 360.0)], 34.0, SEA);
        for y in [520.0, 600.0, 690.0] {
            self.disc((1000.0, y), 20.0, 0x00c9_a878);
        }
    }

    fn window(&mut self) {
        self.room();
        self.rect((360.0, 120.0), (880.0, 520.0), WHITE);
        self.rect((400.0, 160.0), (380.0, 440.0), WATER);
        self.shape(&[(820.0, 160.0), (1130.0, 220.0), (1130.0, 690.0), (820.0, 600.0)], SKY);
        self.line(&[(820.0, 160.0), (1130.0, 220.0), (1130.0, 690.0), (820.0, 600.0)], 26.0, GREY);
        self.disc((560.0, 300.0), 90.0, 0x00f4_dd92);
        self.line(&[(480.0, 160.0), (540.0, 330.0), (500.0, 420.0), (590.0, 600.0)], 8.0, INK);
        self.line(&[(540.0, 330.0), (700.0, 380.0)], 6.0, INK);
    }
}

fn path(points: &[(f32, f32)]) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { builder.move_to(*x, *y) } else { builder.line_to(*x, *y) }
    }
    builder.finish()
}

fn paint(colour: u32) -> Paint<'static> {
    let [_, red, green, blue] = colour.to_be_bytes();
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(red, green, blue, 255));
    paint
}
