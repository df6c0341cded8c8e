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
mod making;
mod markup;
mod navigate;
mod reading;
mod refresh;
mod rooms;
mod route;
mod screen;
mod session;
mod split;
mod ui;
mod update;
mod wake;
mod wire;
mod world;

fn main() {
    wasm_bindgen_futures::spawn_local(start());
}

/// Mounts the app over whatever the server wrote into `#app`: what can be read there stays until the app can draw it
/// too. Without words there is nothing to mount: the server's page stays, and the next network brings another try.
async fn start() {
    let reads = !navigate::current().snaps() && dom::is_written();
    if reads {
        // On its way beside the words; one that does not come is the app's to tell.
        wasm_bindgen_futures::spawn_local(async {
            reading::fetch().await;
        });
    }
    let Some(words) = lang::first().await else {
        dom::on_next_network(|| wasm_bindgen_futures::spawn_local(start()));
        return;
    };
    let Some(root) = gloo_utils::document().get_element_by_id("app") else { return };
    session::show_theme();
    rooms::me::install::listen();
    wake::start();
    let reading = if reads { reading::fetch().await.into() } else { split::Now::Coming };
    navigate::intercept_links();
    yew::Renderer::<app::App>::with_root_and_props(root, app::AppProps { words, reading }).render();
}
