//! Where the phone is, asked only while a screen needs it. A refusal is an answer like another.

use shared::geo::Position;
use wasm_bindgen::prelude::*;
use web_sys::PositionOptions;
use yew::prelude::*;

/// What is known of where the phone is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whereabouts {
    /// Not asked.
    Unasked,
    /// Asked.
    Asking,
    /// Here, within so many metres.
    Here(Position, f64),
    /// Refused, or not to be found.
    Unknown,
}

impl Whereabouts {
    /// The position, when there is one.
    pub fn position(self) -> Option<Position> {
        match self {
            Self::Here(position, _) => Some(position),
            _ => None,
        }
    }
}

/// Asks where the phone is from the moment `wanted` becomes true.
#[hook]
pub fn use_position(wanted: bool) -> Whereabouts {
    let found = use_state(|| Whereabouts::Unasked);
    let setter = found.setter();
    use_effect_with(wanted, move |wanted| {
        if *wanted {
            setter.set(Whereabouts::Asking);
            if ask(setter.clone()).is_none() {
                setter.set(Whereabouts::Unknown);
            }
        }
    });
    *found
}

fn ask(into: UseStateSetter<Whereabouts>) -> Option<()> {
    let geolocation = gloo_utils::window().navigator().geolocation().ok()?;
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(15_000);
    // A minute old is where the person still is.
    options.set_maximum_age(60_000);
    let failed = into.clone();
    let heard = Closure::once_into_js(move |answer: JsValue| {
        into.set(read(&answer).unwrap_or(Whereabouts::Unknown));
    });
    let refused = Closure::once_into_js(move |_: JsValue| failed.set(Whereabouts::Unknown));
    geolocation
        .get_current_position_with_error_callback_and_options(
            heard.unchecked_ref(),
            Some(refused.unchecked_ref()),
            &options,
        )
        .ok()
}

/// Reads a `GeolocationPosition` by name: its interface is not worth its weight.
fn read(answer: &JsValue) -> Option<Whereabouts> {
    let coords = crate::dom::property(answer, "coords")?;
    let number = |name: &str| crate::dom::property(&coords, name).and_then(|value| value.as_f64());
    let position = Position::new(number("latitude")?, number("longitude")?)?;
    Some(Whereabouts::Here(position, number("accuracy").unwrap_or(0.0)))
}
