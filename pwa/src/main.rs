//! Vigie on a phone: the app that a person holds.
//!
//! Owns: screens, and what they remember. Promises: nothing a person made is shown as kept before the queue has it.
//! Does not: send anything itself (the crate `outbox` does), nor judge (the crate `shared` does).

// Each element of `markup!` is a step of its macro.
#![recursion_limit = "512"]

mod api;
mod app;
mod boot;
mod dom;
mod hooks;
mod lang;
mod markup;
mod navigate;
mod rooms;
mod route;
mod session;
mod ui;
mod wake;
mod wire;
mod world;

fn main() {
    wasm_bindgen_futures::spawn_local(start());
}

/// Mounts the app over whatever the server wrote into `#app`. Without words there is nothing to mount: the server's
/// page stays, and the next network brings another try.
async fn start() {
    let Some(words) = lang::first().await else {
        dom::on_next_network(|| wasm_bindgen_futures::spawn_local(start()));
        return;
    };
    let Some(root) = gloo_utils::document().get_element_by_id("app") else { return };
    session::show_theme();
    navigate::intercept_links();
    rooms::me::install::listen();
    wake::start();
    yew::Renderer::<app::App>::with_root_and_props(root, app::AppProps { words }).render();
}
