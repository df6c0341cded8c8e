//! The service against the RFCs' own examples, and its own word.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

use super::receiver::Receiver;
use super::vapid::verify;

/// RFC 8291, section 5 and appendix A.
#[test]
fn the_receiver_opens_the_example_of_the_rfc() {
    let receiver = Receiver::of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg");
    let body = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6\
                PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    let opened = receiver.open(&BASE64.decode(body).expect("base64url"));
    assert_eq!(String::from_utf8_lossy(&opened), "When I grow up, I want to be a watermelon");
}

/// RFC 8292, section 2.4.
#[test]
fn a_signature_is_checked_as_in_the_rfc() {
    let header = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3Njgs\
                  InN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW\
                  2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
    let (claims, _) = verify(header).expect("a right signature");
    assert_eq!(claims["aud"], "https://push.example.net");
    assert!(verify(&header.replace("t=eyJ0", "t=eyJ1")).is_err());
    assert!(verify(&header.replace("i3CY", "i3CZ")).is_err());
    assert!(verify("").is_err());
}
