//! GeoJSON and lists of JSON objects, feature by feature.

use super::file::{Numbered, Record, column};
use anyhow::Result;
use csv::StringRecord;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Sends every feature's properties as a record; where it is a point, with its position.
pub fn records(input: impl Read, sender: &Sender<Result<Numbered>>) -> Result<()> {
    let mut number = 0;
    features(input, |feature| {
        number += 1;
        sender.blocking_send(Ok((number, Ok(record(&feature))))).is_ok()
    })
}

/// Gives each feature of a GeoJSON collection, or each object of a list, to `take`, until it wants no more.
pub fn features(input: impl Read, mut take: impl FnMut(Value) -> bool) -> Result<()> {
    let mut wanted = true;
    let mut reader = serde_json::Deserializer::from_reader(input);
    let root = Root { take: &mut take, wanted: &mut wanted };
    match reader.deserialize_any(root) {
        Err(error) if wanted => Err(error.into()),
        _ => Ok(()),
    }
}

/// A feature's properties by their names; a point's position among them.
pub fn record(feature: &Value) -> Record {
    let empty = Map::new();
    let inner = feature.get("properties").or_else(|| feature.get("fields")).unwrap_or(feature);
    let properties = inner.as_object().unwrap_or(&empty);
    let mut columns = HashMap::new();
    let mut values = StringRecord::new();
    let mut put = |name: String, value: &Value| {
        columns.entry(name).or_insert_with(|| {
            values.push_field(&plain(value));
            values.len() - 1
        });
    };
    for (name, value) in properties {
        put(column(name), value);
    }
    let point = feature.pointer("/geometry/coordinates").and_then(Value::as_array).map(Vec::as_slice);
    if let Some([lon, lat, ..]) = point {
        put("latitude".into(), lat);
        put("longitude".into(), lon);
    }
    Record { columns: Arc::new(columns), values }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A collection or a list.
struct Root<'a, T> {
    take: &'a mut T,
    wanted: &'a mut bool,
}

impl<'de, T: FnMut(Value) -> bool> Visitor<'de> for Root<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeoJSON with a list of features, or a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(feature) = list.next_element()? {
            if !(self.take)(feature) {
                *self.wanted = false;
                return Err(A::Error::custom("no more is wanted"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                found = true;
                map.next_value_seed(Root { take: &mut *self.take, wanted: &mut *self.wanted })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(A::Error::custom("no list of features: not GeoJSON")) }
    }
}

impl<'de, T: FnMut(Value) -> bool> DeserializeSeed<'de> for Root<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}
