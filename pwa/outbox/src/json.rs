//! JSON, and what IndexedDB keeps, read and written by hand from what the browser's own parser made.
//!
//! By hand, because `serde` weighs twice as much here; the types are still those of `shared`, and a field that is added
//! there does not compile until it is read. What is not as it should be is no answer.

use js_sys::{Array, Object, Reflect};
use shared::calendar::Day;
use shared::followup::Rhythm;
use shared::geo::Position;
use shared::ids::{ParcelId, PhotoHash, PlaceId};
use shared::instant::Instant;
use shared::places::DeskView;
use shared::routing::Function;
use wasm_bindgen::{JsCast, JsValue};

/// How a `T` is read; none from what is no `T`.
pub type Reader<T> = fn(&Json) -> Option<T>;

/// A value of JSON; `null` and what is absent are the same.
pub struct Json(JsValue);

impl Json {
    /// What the browser's parser made.
    pub fn new(value: JsValue) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn value(&self) -> &JsValue {
        &self.0
    }

    /// The field of that name.
    #[inline(never)]
    pub fn at(&self, name: &str) -> Self {
        Self(Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or(JsValue::NULL))
    }

    /// Whether there is nothing.
    #[inline(never)]
    pub fn is_absent(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    /// A text.
    #[inline(never)]
    pub fn text(&self, name: &str) -> Option<String> {
        self.at(name).0.as_string()
    }

    /// A text that may be left out.
    #[inline(never)]
    pub fn words(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A whole number.
    #[inline(never)]
    pub fn whole(&self, name: &str) -> Option<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "JSON of ours holds whole numbers here, exact in a double"
        )]
        self.at(name).0.as_f64().map(|number| number as i64)
    }

    /// An instant.
    pub fn moment(&self, name: &str) -> Option<Instant> {
        self.whole(name).map(Instant)
    }

    /// Whether it says `true`.
    #[inline(never)]
    pub fn is(&self, name: &str) -> bool {
        self.at(name).0 == JsValue::TRUE
    }

    /// The items of a list; none where there is no list.
    #[inline(never)]
    pub fn items(&self, name: &str) -> Option<Vec<JsValue>> {
        Some(self.at(name).0.dyn_into::<Array>().ok()?.to_vec())
    }

    /// A list.
    pub fn list<T>(&self, name: &str, read: Reader<T>) -> Option<Vec<T>> {
        let mut list = vec![];
        for item in self.items(name)? {
            list.push(read(&Self(item))?);
        }
        Some(list)
    }

    /// A list that may be left out, but not hold nonsense.
    pub fn some<T>(&self, name: &str, read: Reader<T>) -> Option<Vec<T>> {
        if self.at(name).is_absent() { Some(vec![]) } else { self.list(name, read) }
    }

    /// A value that may be left out, but not be nonsense.
    pub fn maybe<T>(&self, name: &str, read: Reader<T>) -> Option<Option<T>> {
        let value = self.at(name);
        if value.is_absent() { Some(None) } else { read(&value).map(Some) }
    }

    /// The value, a text.
    #[inline(never)]
    pub fn as_text(&self) -> Option<String> {
        self.0.as_string()
    }

    /// The value, the id of a report or parcel.
    #[inline(never)]
    pub fn as_id(&self) -> Option<ParcelId> {
        ParcelId::parse(&self.as_text()?).ok()
    }

    /// The value, the code of a school.
    #[inline(never)]
    pub fn as_place(&self) -> Option<PlaceId> {
        PlaceId::parse(&self.as_text()?).ok()
    }

    /// The value, the name of a photo.
    #[inline(never)]
    pub fn as_hash(&self) -> Option<PhotoHash> {
        PhotoHash::parse(&self.as_text()?).ok()
    }

    /// The value, a position.
    #[inline(never)]
    pub fn as_position(&self) -> Option<Position> {
        Position::new(self.at("lat").0.as_f64()?, self.at("lon").0.as_f64()?)
    }

    /// The value, when somebody wants to be asked.
    pub fn as_rhythm(&self) -> Option<Rhythm> {
        match self.as_text().as_deref() {
            Some("never") => Some(Rhythm::Never),
            Some("monthly") => Some(Rhythm::Monthly),
            Some(_) => None,
            None => {
                let on = || self.whole("on").map(|day| Rhythm::On(Day(day)));
                self.whole("in").map(Rhythm::In).or_else(on)
            }
        }
    }

    /// The value, a desk.
    pub fn as_desk(&self) -> Option<DeskView> {
        Some(DeskView {
            function: Function::parse(&self.text("function")?)?,
            name: self.words("name"),
            has_mailbox: self.is("has_mailbox"),
        })
    }
}

/// An object being written; what is empty is left out.
pub(crate) struct Fields(Object);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Object::new())
    }

    /// Goes on with an object that is there.
    pub(crate) fn of(value: &JsValue) -> Self {
        Self(value.unchecked_ref::<Object>().clone())
    }

    #[inline(never)]
    pub(crate) fn set(&self, name: &str, value: &JsValue) -> &Self {
        // Fails on frozen objects only; these are ours.
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), value);
        self
    }

    #[inline(never)]
    pub(crate) fn text(&self, name: &str, text: &str) -> &Self {
        if text.is_empty() { self } else { self.set(name, &JsValue::from_str(text)) }
    }

    #[inline(never)]
    pub(crate) fn whole(&self, name: &str, number: i64) -> &Self {
        #[expect(clippy::cast_precision_loss, reason = "instants and counts are exact in a double")]
        self.set(name, &JsValue::from_f64(number as f64))
    }

    pub(crate) fn moment(&self, name: &str, at: Option<Instant>) -> &Self {
        match at {
            Some(at) => self.whole(name, at.0),
            None => self,
        }
    }

    #[inline(never)]
    pub(crate) fn yes(&self, name: &str, yes: bool) -> &Self {
        if yes { self.set(name, &JsValue::TRUE) } else { self }
    }

    pub(crate) fn list(&self, name: &str, items: impl Iterator<Item = JsValue>) -> &Self {
        let list: Array = items.collect();
        if list.length() == 0 { self } else { self.set(name, &list) }
    }

    pub(crate) fn done(&self) -> JsValue {
        self.0.clone().into()
    }
}
