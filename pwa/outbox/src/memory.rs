//! Rows in the page's memory, for a browser that opens no database: enough to send a report while the page stands.
//!
//! Does not: outlive the page, or reach another tab or the worker.

use crate::idb::{STORES, Store};
use js_sys::{Array, Object, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

struct Row {
    store: Store,
    key: JsValue,
    /// The key in one word, its parts behind commas.
    name: String,
    row: JsValue,
}

thread_local! {
    static ROWS: RefCell<Vec<Row>> = const { RefCell::new(Vec::new()) };
}

fn name(key: &JsValue) -> String {
    key.unchecked_ref::<Object>().to_string().into()
}

/// Whether nothing lies here.
pub(crate) fn is_empty() -> bool {
    ROWS.with_borrow(Vec::is_empty)
}

/// The row of that key; `undefined` when there is none.
pub(crate) fn get(store: Store, key: &JsValue) -> JsValue {
    let name = name(key);
    let of = |rows: &Vec<Row>| {
        let found = rows.iter().find(|row| row.store == store && row.name == name);
        found.map_or(JsValue::UNDEFINED, |found| found.row.clone())
    };
    ROWS.with_borrow(of)
}

/// Keys and rows of a store; only those whose keys begin with `first`, where one is given.
pub(crate) fn all(store: Store, first: Option<&str>) -> (Array, Array) {
    let (keys, rows) = (Array::new(), Array::new());
    ROWS.with_borrow(|all| {
        for row in all.iter().filter(|row| row.store == store && begins(row, first)) {
            keys.push(&row.key);
            rows.push(&row.row);
        }
    });
    (keys, rows)
}

/// Writes a row.
pub(crate) fn put(store: Store, row: &JsValue) {
    let path = STORES.iter().find(|(name, _)| *name == store).map_or(&[][..], |(_, path)| path);
    let parts: Array =
        path.iter().map(|part| Reflect::get(row, &(*part).into()).unwrap_or_default()).collect();
    let key = if parts.length() == 1 { parts.get(0) } else { parts.into() };
    delete(store, &key);
    let row = Row { store, name: name(&key), key, row: row.clone() };
    ROWS.with_borrow_mut(|rows| rows.push(row));
}

/// Deletes the row of that key.
pub(crate) fn delete(store: Store, key: &JsValue) {
    let name = name(key);
    ROWS.with_borrow_mut(|rows| rows.retain(|row| row.store != store || row.name != name));
}

/// Deletes the rows whose keys begin with `first`.
pub(crate) fn delete_of(store: Store, first: &str) {
    ROWS.with_borrow_mut(|rows| rows.retain(|row| row.store != store || !begins(row, Some(first))));
}

fn begins(row: &Row, first: Option<&str>) -> bool {
    first.is_none_or(|first| row.name.split(',').next() == Some(first))
}
