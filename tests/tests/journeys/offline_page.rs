//! A page that only the server has, opened without a network: the phone says so in the person's language, what it can do
//! meanwhile, and comes back to the page by itself.

use testkit::phone::Phone;

use crate::world::World;

/// What the person reads.
async fn read(phone: &Phone) -> String {
    phone.find("offline").await;
    phone.text_css("[data-title]:not([hidden]) h1").await
}

#[tokio::test]
async fn a_page_of_the_server_says_without_network_that_it_wants_one_and_comes_back() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    phone.open("/journal").await;
    phone.find_css(".journal h1").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.open("/journal?kind=received").await;
    assert_eq!(read(&phone).await, "Cette page demande le réseau");
    phone.screenshot("offline-page").await;
    phone.tap_css("[data-title]:not([hidden]) [data-test=again]").await;
    assert_eq!(read(&phone).await, "Cette page demande le réseau", "still none");
    let styled = "return getComputedStyle(document.querySelector('.btn.primary')).minBlockSize !== '0px' && document.title.includes('Cette page')";
    phone.wait_for_script("its style", styled).await;

    // Its links work without a network: those are the app's.
    phone.tap_css("[data-title]:not([hidden]) nav [href='/ecoles']").await;
    phone.find("place-row").await;

    phone.open("/journal?kind=received").await;
    assert_eq!(read(&phone).await, "Cette page demande le réseau");
    world.network.restore().await;
    phone.find_css(".journal h1").await;

    phone.open("/moi").await;
    phone.tap("lang-en").await;
    phone.wait_for_text("Language").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.open("/journal").await;
    assert_eq!(read(&phone).await, "This page needs the network");
    phone.open("/journal?lang=fr").await;
    assert_eq!(read(&phone).await, "Cette page demande le réseau");
}

#[tokio::test]
async fn a_page_of_the_server_on_a_line_that_says_nothing_is_given_up_and_asked_for_again() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    world.server.freeze();
    phone.open("/journal").await;
    assert_eq!(read(&phone).await, "Cette page demande le réseau");
    world.server.thaw();
    phone.tap_css("[data-title]:not([hidden]) [data-test=again]").await;
    phone.find_css(".journal h1").await;
}
