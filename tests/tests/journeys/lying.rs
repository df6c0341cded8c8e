//! What lies in the queue's database on a phone, seen behind the app's back.

use serde_json::json;
use testkit::phone::Phone;

/// Waits until so many rows lie there: parcels, drafts, photos of either.
pub async fn lies(phone: &Phone, (parcels, drafts, photos): (u32, u32, u32)) {
    let script = format!(
        "return new Promise((done, failed) => {{
           const opening = indexedDB.open('outbox');
           opening.onerror = () => failed(opening.error);
           opening.onsuccess = () => {{
             const tx = opening.result.transaction(['parcels', 'drafts', 'photos']);
             const counted = ['parcels', 'drafts', 'photos'].map((store) => tx.objectStore(store).count());
             tx.oncomplete = () => {{
               opening.result.close();
               done(`${{counted.map((one) => one.result)}}` === {});
             }};
           }};
         }})",
        json!(format!("{parcels},{drafts},{photos}"))
    );
    let what = format!("{parcels} parcels, {drafts} drafts, {photos} photos on the phone");
    phone.wait_for_script(&what, &script).await;
}
