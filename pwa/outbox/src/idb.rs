//! IndexedDB, as little of it as the outbox needs; where a browser has none, the page's memory.
//!
//! Promises: what is written in one [`Tx`] is there when its `commit` returns, all of it or nothing; a newer version's
//! database is opened as it is; [`keeps`] says whether what is written outlives the page. Does not: hold a connection open. One that lives long is lost when a phone wakes up, and
//! stands in the way of the next schema.

use crate::edges;
use crate::memory;
use crate::trouble::Trouble;
use js_sys::{Array, Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest,
    IdbRequest, IdbTransaction, IdbTransactionMode,
};

const DATABASE: &str = "outbox";
/// Raise it when a store is added below. Stores are never taken away: an earlier version may still be running in another
/// tab, or as the worker, and goes on with those it knows.
const SCHEMA: u32 = 2;
pub(crate) const STORES: [(Store, &[&str]); 3] =
    [(PARCELS, &["id"]), (PHOTOS, &["parcel", "hash"]), (DRAFTS, &["id"])];

/// Milliseconds between tries to open a database that does not.
const WAITS: [u32; 2] = [100, 400];

/// A store's name.
pub(crate) type Store = &'static str;
/// Parcels, by id.
pub(crate) const PARCELS: Store = "parcels";
/// Photos, by the id of their parcel or draft, and hash.
pub(crate) const PHOTOS: Store = "photos";
/// Drafts, by id.
pub(crate) const DRAFTS: Store = "drafts";

thread_local! {
    /// Every transaction under way, here.
    static UNDER_WAY: RefCell<Vec<IdbTransaction>> = const { RefCell::new(Vec::new()) };
    /// Whether [`let_go`] ended the last of them.
    static ASIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether all that was written outlives the page.
pub fn keeps() -> bool {
    memory::is_empty()
}

/// Gives up whatever is being read or written: for a page that the browser puts aside. One that keeps a transaction for
/// when it comes back keeps every other page from the outbox in WebKit (2.50).
pub fn let_go() {
    ASIDE.set(true);
    for tx in UNDER_WAY.with_borrow(Clone::clone) {
        // One that is just over is no trouble.
        let _ = tx.abort();
    }
}

/// A transaction over all stores. Lives while something is asked of it; nothing else may be awaited in between.
pub(crate) enum Tx {
    /// Of the database.
    Idb(IdbTransaction),
    /// The browser opened none: everything is done at once, and nothing can fail.
    Memory,
}

impl Tx {
    /// To look only.
    pub(crate) async fn read() -> Result<Self, Trouble> {
        Self::open(IdbTransactionMode::Readonly).await
    }

    /// To change something.
    pub(crate) async fn write() -> Result<Self, Trouble> {
        Self::open(IdbTransactionMode::Readwrite).await
    }

    /// To change something, come what may: where the browser opens no database after some tries, in memory.
    pub(crate) async fn write_at_all() -> Result<Self, Trouble> {
        for wait in WAITS {
            match Self::write().await {
                Err(Trouble::Storage(_)) => edges::rest(wait).await,
                other => return other,
            }
        }
        match Self::write().await {
            Err(trouble @ Trouble::Storage(_)) if !trouble.was_put_aside() => Ok(Self::Memory),
            other => other,
        }
    }

    async fn open(mode: IdbTransactionMode) -> Result<Self, Trouble> {
        // What lies in memory stays there: it must not be in two places.
        if !memory::is_empty() {
            return Ok(Self::Memory);
        }
        let database = match connect(Some(SCHEMA)).await {
            Err(trouble) if trouble.is("VersionError") => connect(None).await,
            other => other,
        };
        let database = database?;
        let names: Array = STORES.iter().map(|(name, _)| JsValue::from_str(name)).collect();
        let tx = database.transaction_with_str_sequence_and_mode(&names, mode)?;
        // Closes by itself when the transaction is over.
        database.close();
        UNDER_WAY.with_borrow_mut(|all| all.push(tx.clone()));
        ASIDE.set(false);
        Ok(Self::Idb(tx))
    }

    /// Nothing where there is only memory.
    fn store(&self, name: Store) -> Result<Option<IdbObjectStore>, Trouble> {
        match self {
            Self::Idb(tx) => Ok(Some(tx.object_store(name)?)),
            Self::Memory => Ok(None),
        }
    }

    /// The row of that key; `undefined` when there is none.
    pub(crate) async fn get(&self, store: Store, key: &JsValue) -> Result<JsValue, Trouble> {
        match self.store(store)? {
            Some(rows) => answer(rows.get(key)?).await,
            None => Ok(memory::get(store, key)),
        }
    }

    /// Every row.
    pub(crate) async fn all(&self, store: Store) -> Result<Array, Trouble> {
        match self.store(store)? {
            Some(rows) => Ok(answer(rows.get_all()?).await?.unchecked_into()),
            None => Ok(memory::all(store, None).1),
        }
    }

    /// The rows whose keys begin with `first`.
    pub(crate) async fn all_of(&self, store: Store, first: &str) -> Result<Array, Trouble> {
        match self.store(store)? {
            Some(rows) => Ok(answer(rows.get_all_with_key(&beginning(first)?)?).await?.unchecked_into()),
            None => Ok(memory::all(store, Some(first)).1),
        }
    }

    /// The keys that begin with `first`.
    pub(crate) async fn keys_of(&self, store: Store, first: &str) -> Result<Array, Trouble> {
        match self.store(store)? {
            Some(rows) => Ok(answer(rows.get_all_keys_with_key(&beginning(first)?)?).await?.unchecked_into()),
            None => Ok(memory::all(store, Some(first)).0),
        }
    }

    /// Every key.
    pub(crate) async fn keys(&self, store: Store) -> Result<Array, Trouble> {
        match self.store(store)? {
            Some(rows) => Ok(answer(rows.get_all_keys()?).await?.unchecked_into()),
            None => Ok(memory::all(store, None).0),
        }
    }

    /// Writes a row; [`Self::commit`] says whether there was room.
    pub(crate) fn put(&self, store: Store, row: &JsValue) -> Result<(), Trouble> {
        match self.store(store)? {
            Some(rows) => drop(rows.put(row)?),
            None => memory::put(store, row),
        }
        Ok(())
    }

    /// Deletes the row of that key.
    pub(crate) fn delete(&self, store: Store, key: &JsValue) -> Result<(), Trouble> {
        match self.store(store)? {
            Some(rows) => drop(rows.delete(key)?),
            None => memory::delete(store, key),
        }
        Ok(())
    }

    /// Deletes the rows whose keys begin with `first`.
    pub(crate) fn delete_of(&self, store: Store, first: &str) -> Result<(), Trouble> {
        match self.store(store)? {
            Some(rows) => drop(rows.delete(&beginning(first)?)?),
            None => memory::delete_of(store, first),
        }
        Ok(())
    }

    /// Waits until everything written is there.
    pub(crate) async fn commit(self) -> Result<(), Trouble> {
        let Self::Idb(tx) = &self else { return Ok(()) };
        let over = settled(|done, failed| {
            tx.set_oncomplete(Some(done));
            tx.set_onabort(Some(failed));
        });
        match over.await {
            Ok(_) => Ok(()),
            Err(_) => Err(match tx.error() {
                Some(error) => Trouble::of(&error),
                None if ASIDE.get() => Trouble::put_aside(),
                // Given up although no request failed: that is how a full disk shows.
                None => Trouble::Full,
            }),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Self::Idb(mine) = self {
            UNDER_WAY.with_borrow_mut(|all| all.retain(|tx| tx != mine));
        }
    }
}

/// In IndexedDB's order of keys an array comes after every string: the range holds each `[first, …]`.
fn beginning(first: &str) -> Result<JsValue, Trouble> {
    let first = JsValue::from_str(first);
    Ok(IdbKeyRange::bound(&Array::of1(&first), &Array::of2(&first, &Array::new()))?.into())
}

async fn connect(version: Option<u32>) -> Result<IdbDatabase, Trouble> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
    let Some(factory) = factory.dyn_ref::<IdbFactory>() else {
        return Err(Trouble::Storage("no IndexedDB".to_owned()));
    };
    let request = match version {
        Some(version) => factory.open_with_u32(DATABASE, version),
        None => factory.open(DATABASE),
    }?;
    let upgrade = {
        let request = request.clone();
        Closure::<dyn FnMut()>::new(move || {
            // What fails here makes the opening fail, which says so.
            let _ = add_stores(&request);
        })
    };
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    Ok(answer(request.into()).await?.unchecked_into())
}

fn add_stores(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let database: IdbDatabase = request.result()?.unchecked_into();
    let there = database.object_store_names();
    for (name, path) in STORES {
        if there.contains(name) {
            continue;
        }
        let names: Array = path.iter().map(|name| JsValue::from_str(name)).collect();
        let path = if names.length() == 1 { names.get(0) } else { names.into() };
        let parameters = IdbObjectStoreParameters::new();
        parameters.set_key_path(&path);
        database.create_object_store_with_optional_parameters(name, &parameters)?;
    }
    Ok(())
}

async fn answer(request: IdbRequest) -> Result<JsValue, Trouble> {
    let over = settled(|done, failed| {
        request.set_onsuccess(Some(done));
        request.set_onerror(Some(failed));
    });
    match over.await {
        Ok(_) => Ok(request.result()?),
        Err(event) => {
            Err(request.error().ok().flatten().map_or(Trouble::of(&event), |error| Trouble::of(&error)))
        }
    }
}

/// What one of two listeners hears first; both are set before anything can happen.
fn settled(mut listen: impl FnMut(&Function, &Function)) -> JsFuture {
    JsFuture::from(Promise::new(&mut |done, failed| listen(&done, &failed)))
}
