//! Tells cargo what the binary embeds beside its sources.

fn main() {
    for embedded in [
        "../target/app/manifest.json",
        "../assets/lang",
        "../assets/mail",
        "../assets/pages",
        "../migrations",
    ] {
        println!("cargo:rerun-if-changed={embedded}");
    }
}
