//! An address as a QR code, for those who read it on paper.

use fast_qr::QRBuilder;
use std::fmt::Write as _;

/// Modules of quiet around it.
const QUIET: usize = 4;

/// The code of `address` as an SVG picture; empty for an address too long for one.
pub fn svg(address: &str) -> String {
    let Ok(code) = QRBuilder::new(address).build() else { return String::new() };
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let dark = code[y][x..].iter().take_while(|module| module.value()).count();
            if dark > 0 {
                // Writing to a string does not fail.
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET);
            }
            x += dark.max(1);
        }
    }
    let side = code.size + 2 * QUIET;
    format!(
        r#"<svg class="qr" viewBox="0 0 {side} {side}" aria-hidden="true" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_becomes_a_square_and_a_novel_does_not() {
        let code = super::svg("https://vigie.example.org/demandes/01991f3e-0000-7000-8000-000000000001");
        assert!(code.starts_with("<svg") && code.matches("h7v1").count() >= 6, "its three eyes: {code}");
        assert_eq!(super::svg(&"x".repeat(5000)), "");
    }
}
