//! The trap against a real client.

use lettre::message::{Attachment, MultiPart, SinglePart, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::*;

fn client(trap: &MailTrap) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(trap.port).build()
}

fn letter(to: &str, text: &str) -> Message {
    let photo = Attachment::new("balançoire.jpg".into());
    let jpeg = ContentType::parse("image/jpeg").unwrap();
    Message::builder()
        .from("vigie@example.org".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Balançoire cassée : école du Phare")
        .message_id(Some("<job-1@example.org>".into()))
        .multipart(
            MultiPart::mixed()
                .multipart(MultiPart::alternative_plain_html(
                    text.to_owned(),
                    "<p>Bonjour à vous</p>".to_owned(),
                ))
                .singlepart(photo.body(vec![0xFF, 0xD8, 0x0A, b'.', 0x0D, 0x0A, b'.', 0xFF], jpeg)),
        )
        .unwrap()
}

#[tokio::test]
async fn it_keeps_a_mail_with_its_envelope_parts_and_attachment() {
    let trap = MailTrap::start();
    client(&trap).send(letter("mairie@example.org", "Bonjour à vous")).await.unwrap();
    let mails = trap.wait_for(1).await;
    let mail = &mails[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("vigie@example.org", &["mairie@example.org".into()][..])
    );
    assert!(mail.is_to("Mairie@Example.org"));
    assert_eq!(mail.subject(), "Balançoire cassée : école du Phare");
    assert_eq!(mail.text().trim(), "Bonjour à vous");
    assert_eq!(mail.html().trim(), "<p>Bonjour à vous</p>");
    assert_eq!(mail.message_id(), "job-1@example.org");
    assert_eq!(mail.header("To").as_deref(), Some("mairie@example.org"));
    assert_eq!(mail.attachments()[0].name.as_deref(), Some("balançoire.jpg"));
    assert_eq!(mail.photo().unwrap(), [0xFF, 0xD8, 0x0A, b'.', 0x0D, 0x0A, b'.', 0xFF]);
}

#[tokio::test]
async fn it_unstuffs_lines_that_begin_with_a_dot() {
    let trap = MailTrap::start();
    let dots = Message::builder()
        .from("vigie@example.org".parse().unwrap())
        .to("mairie@example.org".parse().unwrap())
        .singlepart(SinglePart::plain(".un\r\n..deux\r\n.\r\ntrois".to_owned()))
        .unwrap();
    client(&trap).send(dots).await.unwrap();
    assert_eq!(trap.wait_for(1).await[0].text().trim_end(), ".un\r\n..deux\r\n.\r\ntrois");
}

#[tokio::test]
async fn it_refuses_one_recipient_for_ever() {
    let trap = MailTrap::start();
    trap.behave(Behaviour::RefuseRecipient("gone@example.org".into()));
    let refused = client(&trap).send(letter("gone@example.org", "x")).await.unwrap_err();
    assert!(refused.is_permanent(), "{refused:?}");
    client(&trap).send(letter("mairie@example.org", "x")).await.unwrap();
    assert_eq!(trap.wait_for(1).await.len(), 1);
    assert!(trap.mails_to("gone@example.org").is_empty());
}

#[tokio::test]
async fn it_asks_to_come_back_later() {
    let trap = MailTrap::start();
    trap.behave(Behaviour::RefuseForNow);
    let refused = client(&trap).send(letter("mairie@example.org", "x")).await.unwrap_err();
    assert!(refused.is_transient(), "{refused:?}");
    trap.behave(Behaviour::Accept);
    client(&trap).send(letter("mairie@example.org", "x")).await.unwrap();
    assert_eq!(trap.mails().len(), 1);
}

#[tokio::test]
async fn it_drops_the_connection_after_the_data_and_keeps_the_mail() {
    let trap = MailTrap::start();
    trap.behave(Behaviour::DropAfterData);
    client(&trap).send(letter("mairie@example.org", "x")).await.unwrap_err();
    assert_eq!(trap.wait_for(1).await.len(), 1);
}

/// lettre's own time-out ends with the connection's opening: who sends needs a deadline around the whole.
#[tokio::test]
async fn it_hangs_for_as_long_as_the_sender_waits() {
    let trap = MailTrap::start();
    trap.behave(Behaviour::Hang);
    let client = client(&trap);
    let sending = client.send(letter("mairie@example.org", "x"));
    tokio::time::timeout(Duration::from_millis(500), sending).await.unwrap_err();
    assert!(trap.mails().is_empty());
}

#[tokio::test]
async fn it_stops_listening_and_starts_again_on_the_same_port() {
    let trap = MailTrap::start();
    client(&trap).send(letter("mairie@example.org", "one")).await.unwrap();
    trap.stop_listening().await;
    client(&trap).send(letter("mairie@example.org", "two")).await.unwrap_err();
    trap.listen_again();
    client(&trap).send(letter("mairie@example.org", "three")).await.unwrap();
    let texts: Vec<_> = trap.mails().iter().map(|mail| mail.text().trim().to_owned()).collect();
    assert_eq!(texts, ["one", "three"]);
}

#[tokio::test]
async fn a_wait_sees_a_mail_that_arrives_meanwhile() {
    let trap = MailTrap::start();
    let client = client(&trap);
    let (mails, sent) = tokio::join!(
        trap.wait_until("a mail for the direction", |mails| mails
            .iter()
            .any(|mail| mail.is_to("direction@example.org"))),
        client.send(letter("direction@example.org", "x")),
    );
    sent.unwrap();
    assert_eq!(mails.len(), 1);
}

#[tokio::test]
async fn a_guarded_trap_takes_nothing_in_the_clear_nor_without_a_login() {
    for (tls, offered) in [(Tls::StartTls, "STARTTLS"), (Tls::None, "AUTH PLAIN")] {
        let trap = MailTrap::guarded(tls, Some(("vigie", "s3cret")));
        let refused = client(&trap).send(letter("mairie@example.org", "x")).await.unwrap_err();
        assert_eq!(
            refused.status().map(|code| code.to_string()).as_deref(),
            Some("530"),
            "{tls:?}: {refused:?}"
        );
        let mut lines = BufReader::new(TcpStream::connect(("127.0.0.1", trap.port)).await.unwrap());
        lines.write_all(b"EHLO me\r\nQUIT\r\n").await.unwrap();
        let mut said = String::new();
        lines.read_to_string(&mut said).await.unwrap();
        assert!(said.contains(offered), "{said}");
        assert!(trap.mails().is_empty());
        assert_eq!(trap.ca().is_some(), tls != Tls::None);
    }
}
