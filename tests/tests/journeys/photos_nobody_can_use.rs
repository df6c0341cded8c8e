//! Files that give no photo are said to be so, and the report leaves without them; one of a hundred megapixels gives one.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::jpeg::{dimensions, metadata};
use testkit::photo;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit =>
    what_is_no_photo_is_said_and_the_words_leave_without_it,
    a_panorama_of_a_hundred_megapixels_is_taken,
);

async fn what_is_no_photo_is_said_and_the_words_leave_without_it(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    phone.snap(&photo::truncated().path).await;
    phone.wait_for_text("Il manque la fin de cette photo.").await;
    phone.hand_over("photo-add", &photo::renamed_text().path).await;
    phone.wait_for_text("Ce fichier n’est pas une photo").await;
    phone.hand_over("photo-add", &photo::empty().path).await;
    phone.wait_for_text("Ce fichier est vide.").await;
    assert!(phone.all("photo").await.is_empty());

    phone.choose_by_search("goelands maternelle", &GOELANDS).await;
    phone.write("description", "La balançoire pend.").await;
    phone.tap("send").await;
    phone.find("sent").await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["description"], "La balançoire pend.");
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(0));
    lies(&phone, (1, 0, 0)).await;
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
}

async fn a_panorama_of_a_hundred_megapixels_is_taken(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    phone.snap(&photo::panorama().path).await;
    phone.choose_by_search("goelands maternelle", &GOELANDS).await;
    phone.find("photo-open").await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;
    let report = world.the_report(&GOELANDS).await;
    let hash = report["voices"][0]["photos"][0]["hash"].as_str().unwrap();
    let largest = world.server.bytes(&format!("/photos/{hash}/2048.jpg")).await;
    assert_eq!(dimensions(&largest), Some((2048, 1434)));
    assert_eq!(metadata(&largest), Vec::<String>::new());
}
