//! After the storm: what phones were told, what the database says, what is shown, what lies in the folder and what came
//! to the mailboxes must be one story. All that is wrong is said at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use shared::ids::{ParcelId, PhotoHash};
use shared::outbox::Content;
use shared::photos::SIZES;
use shared::reports::{Event, Outcome, Receipt, ReportPage};
use sqlx::Row;
use testkit::host::Host;
use testkit::mail_trap::MailTrap;
use testkit::server::Server;
use testkit::wait::until_within;

use crate::queue::Photo;
use crate::stage::Stage;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(180);

pub struct Verdict<'a> {
    stage: &'a mut Stage,
    wrong: Vec<String>,
    /// What the phones were told, by parcel.
    receipts: BTreeMap<ParcelId, Receipt>,
}

/// Holds the storm against its promises.
///
/// # Panics
/// With everything that does not hold.
pub async fn hold(stage: &mut Stage) {
    stage.calm().await;
    let (said, receipts, wrong) = {
        let lines = stage.town.ledger.lines();
        println!("heard: {:#?}", lines.heard);
        (lines.said.len(), lines.receipts.clone(), lines.wrong.clone())
    };
    let mut verdict = Verdict { stage, wrong, receipts };
    verdict
        .check(verdict.receipts.len() == said, || "a phone was never told what became of its parcel".into());
    verdict.all_work_is_done().await;
    verdict.each_parcel_exists_once().await;
    verdict.people_are_counted_right().await;
    verdict.one_subject_is_one_report();
    verdict.pages_say_the_same().await;
    verdict.mails_are_there().await;
    verdict.photos_are_ours().await;
    let log = verdict.stage.server.whole_log();
    // The first frames say where; the tail of the log, printed when a test fails, begins long after.
    let panic: Vec<&str> = log.lines().skip_while(|line| !line.contains("panicked")).take(60).collect();
    verdict.check(panic.is_empty(), || format!("the server panicked:\n{}", panic.join("\n")));
    let Verdict { stage, wrong, .. } = verdict;
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{:?}: {} wrongs:\n{shown}", stage.size, wrong.len());
}

impl Verdict<'_> {
    fn check(&mut self, holds: bool, else_say: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(else_say());
        }
    }

    /// Days pass without trouble: every job is run, none was set aside, what was left half-way is swept.
    async fn all_work_is_done(&mut self) {
        self.stage.server.stop().await;
        let mut books = self.stage.books().await;
        books.days_pass().await;
        books.close().await;
        for file in files(&self.stage.blobs) {
            let file = std::fs::File::options().append(true).open(file).expect("a file of the server's");
            file.set_modified(std::time::UNIX_EPOCH).expect("an older file");
        }
        self.work().await;
        for shelf in shelves(&self.strays()) {
            self.stage.server.stop().await;
            let mut books = self.stage.books().await;
            books.sweep(shelf).await;
            books.close().await;
            self.work().await;
        }
        let mut books = self.stage.books().await;
        let dead = books
            .texts("SELECT kind || ': ' || COALESCE(reason, '') FROM jobs WHERE dead_at IS NOT NULL")
            .await;
        self.check(dead.is_empty(), || format!("jobs were set aside: {dead:?}"));
        let uploads = books.number("SELECT COUNT(*) FROM uploads").await;
        self.check(uploads == 0, || format!("{uploads} uploads outlived their sweep"));
    }

    /// The server starts and does what is due.
    async fn work(&mut self) {
        self.stage.server.start().await;
        let mut books = self.stage.books().await;
        until_within(PATIENCE, "every job to be done", async || match books.waiting().await {
            0 => Ok(()),
            left => Err(left),
        })
        .await;
    }

    /// Files of the photos' folder that are no size of a photo that somebody sent.
    fn strays(&self) -> Vec<PathBuf> {
        let lines = self.stage.town.ledger.lines();
        strays(&self.stage.blobs, &lines.photos)
    }

    /// What phones were told is what is written, and nothing else is.
    async fn each_parcel_exists_once(&mut self) {
        let mut books = self.stage.books().await;
        let half = books.texts("SELECT id FROM parcels WHERE receipt IS NULL OR report_id IS NULL").await;
        self.check(half.is_empty(), || format!("claimed and without receipt: {half:?}"));
        let rows = books.rows("SELECT id, receipt FROM parcels WHERE receipt IS NOT NULL").await;
        let written: BTreeMap<String, Receipt> = rows
            .iter()
            .map(|row| (row.get(0), serde_json::from_str(row.get(1)).expect("a receipt")))
            .collect();
        let said: BTreeMap<String, Receipt> =
            self.receipts.iter().map(|(id, receipt)| (id.to_string(), receipt.clone())).collect();
        for (id, receipt) in &said {
            self.check(written.get(id) == Some(receipt), || {
                format!("{id}: {receipt:?} is {:?}", written.get(id))
            });
        }
        self.check(written.len() == said.len(), || format!("{} parcels, {} said", written.len(), said.len()));
        let lines = self.stage.town.ledger.lines().said.clone();
        let reports: BTreeSet<String> = books.texts("SELECT id FROM reports").await.into_iter().collect();
        let spoken = lines.values().filter(|parcel| matches!(parcel.content, Content::Report(_)));
        let spoken: BTreeSet<String> = spoken.map(|parcel| parcel.id.to_string()).collect();
        self.check(reports == spoken, || format!("{} reports, {} said", reports.len(), spoken.len()));
        let numbers =
            books.number("SELECT COUNT(DISTINCT number) FROM reports WHERE number IS NOT NULL").await;
        let mains = books.number("SELECT COUNT(*) FROM reports WHERE merged_into IS NULL").await;
        self.check(numbers == mains, || format!("{mains} reports of their own, {numbers} numbers"));
        let holes = "SELECT report_id FROM journal GROUP BY report_id HAVING MAX(position) <> COUNT(*) OR MIN(position) <> 1";
        let holes = books.texts(holes).await;
        self.check(holes.is_empty(), || format!("journals with holes: {holes:?}"));
        let strays = "SELECT rp.report_id FROM report_photos rp LEFT JOIN photos f ON f.hash = rp.hash WHERE f.hash IS NULL";
        let strays = books.texts(strays).await;
        self.check(strays.is_empty(), || format!("reports without their photos: {strays:?}"));
    }

    /// One is who reported, and one more for each who joined: nobody twice, nobody forgotten.
    async fn people_are_counted_right(&mut self) {
        let mut books = self.stage.books().await;
        let rows = books.rows("SELECT id, people FROM reports WHERE merged_into IS NULL").await;
        for row in &rows {
            let (id, people): (String, i64) = (row.get(0), row.get(1));
            let told: BTreeSet<i64> = self
                .receipts
                .values()
                .filter(|receipt| receipt.report.as_str() == id)
                .map(|receipt| receipt.people)
                .collect();
            // Each was told another number, from one to all.
            let whole = (1..=people).collect::<BTreeSet<_>>();
            self.check(told == whole, || format!("{id}: {people} people, told {told:?}"));
        }
    }

    /// Who reports the same joins; and there were some who did.
    fn one_subject_is_one_report(&mut self) {
        let lines = self.stage.town.ledger.lines().said.clone();
        let mut mains: BTreeMap<(String, String), BTreeSet<&ParcelId>> = BTreeMap::new();
        let mut joined = 0;
        for parcel in lines.values() {
            let (Content::Report(report), Some(receipt)) = (&parcel.content, self.receipts.get(&parcel.id))
            else {
                continue;
            };
            joined += usize::from(receipt.outcome == Outcome::Supporter);
            let subject = (report.place.to_string(), report.description.clone());
            mains.entry(subject).or_default().insert(&receipt.report);
        }
        let split: Vec<_> =
            mains.iter().filter(|(_, mains)| mains.len() > 1).map(|(at, _)| at.clone()).collect();
        let merged = mains.values().flatten().collect::<BTreeSet<_>>().len();
        let subjects = mains.len();
        println!("{subjects} subjects, {joined} reports joined another, {} parcels", lines.len());
        self.check(split.is_empty(), || format!("said twice and not recognised: {split:?}"));
        self.check(merged == subjects, || format!("{subjects} subjects became {merged} reports"));
        self.check(joined > 0, || "nobody said the same: not a storm".into());
    }

    /// The public page: every voice's photos are there, every desk is recorded once.
    async fn pages_say_the_same(&mut self) {
        let mains: BTreeSet<ParcelId> =
            self.receipts.values().map(|receipt| receipt.report.clone()).collect();
        for id in mains {
            let page = self.stage.server.json(&format!("/api/v1/reports/{id}")).await;
            let page: ReportPage = serde_json::from_value(page).expect("a page");
            let awaited: u32 = page.voices.iter().map(|voice| voice.awaited).sum();
            self.check(awaited == 0, || format!("{id}: {awaited} photos still awaited"));
            let mut told: Vec<_> = page
                .journal
                .iter()
                .filter_map(|entry| match &entry.event {
                    Event::NoticeSent { function, .. } => Some(*function),
                    _ => None,
                })
                .collect();
            told.sort_unstable();
            let first = self.receipts.get(&id);
            let mut due: Vec<_> = first
                .iter()
                .flat_map(|receipt| &receipt.sent_to)
                .filter(|desk| desk.has_mailbox)
                .map(|desk| desk.function)
                .collect();
            due.sort_unstable();
            self.check(told == due, || format!("{id}: recorded {told:?}, due {due:?}"));
        }
    }

    /// Each desk and each reporter who asked has a mail; if two, they are recognisably one.
    async fn mails_are_there(&mut self) {
        let mails = self.stage.trap.mails();
        let mut boxes: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for mail in &mails {
            let text = mail.text();
            let at = text.find("/demandes/").map_or("", |at| &text[at + 10..]);
            let report: String =
                at.chars().take_while(|letter| letter.is_ascii_hexdigit() || *letter == '-').collect();
            boxes.entry((mail.to.join(" "), report)).or_default().push(mail.message_id());
        }
        let doubles: usize = boxes.values().map(|ids| ids.len() - 1).sum();
        println!("{} mails, {doubles} of them doubles", mails.len());
        for ((to, report), ids) in &boxes {
            let distinct: BTreeSet<_> = ids.iter().collect();
            self.check(distinct.len() == 1, || {
                format!("{report}: {} different mails to {to}", distinct.len())
            });
        }
        let mut due: BTreeMap<String, usize> = BTreeMap::new();
        for receipt in self.receipts.values().filter(|receipt| receipt.outcome == Outcome::New) {
            due.insert(
                receipt.report.to_string(),
                receipt.sent_to.iter().filter(|desk| desk.has_mailbox).count(),
            );
        }
        let lines = self.stage.town.ledger.lines().said.clone();
        for parcel in lines.values() {
            if let Content::Report(report) = &parcel.content
                && let Some(address) = &report.mail
            {
                let told = boxes.keys().any(|(to, _)| to == address);
                self.check(told, || format!("{}: its reporter was not told", parcel.id));
            }
        }
        for (report, count) in due {
            let desks =
                boxes.keys().filter(|(to, about)| *about == report && !to.starts_with("parent-")).count();
            self.check(desks == count, || format!("{report}: {desks} desks written to, {count} in charge"));
        }
    }

    /// Every photo in every size, the same bytes as a server makes that never knew trouble; and no other file.
    async fn photos_are_ours(&mut self) {
        let photos = self.stage.town.ledger.lines().photos.clone();
        let trap = MailTrap::start();
        let mut twin = Server::new(&Host::here(), &trap);
        twin.start().await;
        let client = reqwest::Client::new();
        for (hash, photo) in &photos {
            let put = client.put(format!("{}/api/v1/photos/{hash}", twin.url())).body(photo.bytes.clone());
            let put = put.send().await.expect("an answer");
            assert!(put.status().is_success(), "{put:?}");
            for side in SIZES {
                let path = format!("/photos/{hash}/{side}.jpg");
                let ours = client.get(self.stage.server.url() + &path).send().await.expect("an answer");
                let (status, ours) = (ours.status(), ours.bytes().await.expect("bytes"));
                let same = status == 200 && ours == twin.bytes(&path).await;
                self.check(same, || format!("{path}: {status}, {} bytes that are not the photo", ours.len()));
            }
        }
        let strays = self.strays();
        self.check(strays.is_empty(), || format!("{} files nobody names: {strays:?}", strays.len()));
    }
}

/// The shelves on which files stand, by the folder's name.
fn shelves(files: &[PathBuf]) -> BTreeSet<u8> {
    let folder = |file: &PathBuf| Some(file.parent()?.file_name()?.to_str()?.to_owned());
    files.iter().filter_map(folder).filter_map(|name| u8::from_str_radix(&name, 16).ok()).collect()
}

fn strays(folder: &Path, photos: &BTreeMap<PhotoHash, Photo>) -> Vec<PathBuf> {
    let is_photo = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hash = name.get(..64).and_then(|hash| PhotoHash::parse(hash).ok());
        !name.contains('#')
            && name.get(64..65) == Some("-")
            && hash.is_some_and(|hash| photos.contains_key(&hash))
    };
    files(folder).into_iter().filter(|path| !is_photo(path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { &mut folders } else { &mut found }.push(path);
        }
    }
    found
}
