//! The queue as screens see it: read again after every change, whoever made it (this page, another tab, the worker).

use crate::rooms::me::storage;
use gloo_timers::callback::Timeout;
use outbox::json::Json;
use shared::ids::ParcelId;
use shared::outbox::{Content, Parcel, State};
use shared::reports::{Outcome, Receipt};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;
use yew::prelude::*;

/// Milliseconds in which changes that follow one another become one reading; one more for each parcel, so that a long
/// queue that leaves does not keep the screen busy.
const CALM: u32 = 40;
/// Milliseconds without news after which photos are no longer said to be leaving.
const STILL: u32 = 15_000;
/// The same after the last byte of a parcel: the next one may follow.
const DONE: u32 = 1_000;

/// What lies on this phone.
#[derive(Clone, Default)]
pub struct Queue {
    /// Newest first.
    pub parcels: Rc<Vec<Parcel>>,
    /// Whether the queue has been read at all.
    pub known: bool,
    /// Whether the browser keeps nothing beyond this page.
    pub broken: bool,
    /// Whether photos are leaving now.
    pub moving: bool,
    /// Bytes left on this phone, when they are few.
    pub short: Option<i64>,
}

impl PartialEq for Queue {
    /// Each reading is a new list; comparing parcel by parcel would find the same.
    fn eq(&self, other: &Self) -> bool {
        let flags = |queue: &Self| (queue.known, queue.broken, queue.moving, queue.short);
        Rc::ptr_eq(&self.parcels, &other.parcels) && flags(self) == flags(other)
    }
}

/// How this phone stands to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It has nothing to do with it.
    Stranger,
    /// It reported it.
    Reporter,
    /// Its "moi aussi" waits to leave.
    SupportWaiting,
    /// Its "moi aussi" arrived, or its own words were added to an earlier report.
    Supporter,
}

impl Queue {
    /// The parcel of that id.
    pub fn find(&self, id: &ParcelId) -> Option<&Parcel> {
        self.parcels.iter().find(|parcel| parcel.id == *id)
    }

    /// Whether closing the page would lose what has not left.
    pub fn at_risk(&self) -> bool {
        self.broken && self.parcels.iter().any(Parcel::is_unsent)
    }

    /// Parcels that still have to leave, and parcels refused.
    pub fn pending(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.iter().filter(|parcel| !matches!(parcel.state, State::Received { .. }))
    }

    /// How many receipts there are, those of parcels whose photos are all there twice: when it grows, the server knows
    /// something new.
    pub fn received(&self) -> usize {
        let heard = self.parcels.iter().filter(|parcel| parcel.receipt().is_some()).count();
        heard + self.parcels.len() - self.pending().count()
    }

    /// How many match.
    pub fn count(&self, matching: fn(&State) -> bool) -> i64 {
        i64::try_from(self.parcels.iter().filter(|parcel| matching(&parcel.state)).count()).unwrap_or(0)
    }

    /// The receipt by which this phone is part of `report`, and its parcel: a report of its own before a support, and both
    /// before what only follows.
    pub fn part_in(&self, report: &ParcelId) -> Option<(&Parcel, &Receipt)> {
        let mine = self.parcels.iter().filter_map(|parcel| {
            parcel.receipt().filter(|receipt| receipt.report == *report).map(|receipt| (parcel, receipt))
        });
        mine.min_by_key(|(parcel, _)| match parcel.content {
            Content::Report(_) => 0,
            Content::Support { .. } => 1,
            Content::FollowUp(_) => 2,
        })
    }

    /// Whether this phone's person waits for `report`, as far as the server knows: who only follows it does not.
    pub fn waits_for(&self, report: &ParcelId) -> bool {
        self.part_in(report).is_some_and(|(parcel, _)| parcel.content.wish().is_none())
    }

    /// How this phone stands to `report`.
    pub fn stance(&self, report: &ParcelId) -> Stance {
        match self.part_in(report) {
            Some((_, receipt)) if receipt.outcome == Outcome::New => Stance::Reporter,
            Some((parcel, _)) if parcel.content.wish().is_none() => Stance::Supporter,
            _ => {
                let waits = self.parcels.iter().any(|parcel| {
                    parcel.is_unsent()
                        && matches!(&parcel.content, Content::Support { report: to } if to == report)
                });
                if waits { Stance::SupportWaiting } else { Stance::Stranger }
            }
        }
    }
}

/// Reads the queue and keeps reading; for the shell alone.
#[hook]
pub fn use_queue_source() -> Queue {
    let queue = use_state(Queue::default);
    let setter = queue.setter();
    use_effect_with((), move |()| {
        read(setter.clone(), Rc::default());
        let calm: Rc<RefCell<Option<Timeout>>> = Rc::default();
        let size: Rc<RefCell<u32>> = Rc::default();
        hear(
            outbox::CHANGED,
            Box::new(move |_| {
                if calm.borrow().is_some() {
                    return;
                }
                let (setter, size, over) = (setter.clone(), size.clone(), calm.clone());
                let wait = CALM + *size.borrow();
                calm.replace(Some(Timeout::new(wait, move || {
                    over.take();
                    read(setter, size);
                })));
            }),
        )
    });
    Queue { moving: use_moving(), ..(*queue).clone() }
}

/// Whether photos are leaving now, from here or from the worker.
#[hook]
fn use_moving() -> bool {
    let moving = use_state_eq(|| false);
    let setter = moving.setter();
    use_effect_with((), move |()| {
        let still: RefCell<Option<Timeout>> = RefCell::default();
        hear(
            outbox::PROGRESS,
            Box::new(move |message| {
                let Some((_, bytes)) = progress(message) else { return };
                let over = setter.clone();
                let wait = if bytes.sent < bytes.total { STILL } else { DONE };
                setter.set(true);
                still.replace(Some(Timeout::new(wait, move || over.set(false))));
            }),
        )
    });
    *moving
}

/// How far the photos of a parcel are, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// Those that arrived.
    pub sent: i64,
    /// All of them.
    pub total: i64,
}

/// How far the photos of parcels are that leave while somebody looks.
#[hook]
pub fn use_progress() -> Rc<Vec<(ParcelId, Bytes)>> {
    let known = use_state(Rc::<Vec<(ParcelId, Bytes)>>::default);
    let setter = known.setter();
    use_effect_with((), move |()| {
        let all = RefCell::new(vec![]);
        hear(
            outbox::PROGRESS,
            Box::new(move |message| {
                let Some(news) = progress(message) else { return };
                let mut all = all.borrow_mut();
                all.retain(|(id, _)| *id != news.0);
                all.push(news);
                setter.set(Rc::new(all.clone()));
            }),
        )
    });
    (*known).clone()
}

fn progress(message: JsValue) -> Option<(ParcelId, Bytes)> {
    let message = Json::new(message).at("data");
    let bytes = Bytes { sent: message.whole("sent")?, total: message.whole("total")? };
    Some((message.at("id").as_id()?, bytes))
}

/// Listens to a channel; what it gives ends that.
fn hear(channel: &str, heard: Box<dyn Fn(JsValue)>) -> impl FnOnce() + use<> {
    let heard = Closure::wrap(heard);
    let channel = BroadcastChannel::new(channel).ok();
    if let Some(channel) = &channel {
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    }
    move || {
        if let Some(channel) = channel {
            channel.close();
        }
        drop(heard);
    }
}

fn read(into: UseStateSetter<Queue>, size: Rc<RefCell<u32>>) {
    spawn_local(async move {
        let short = storage::shortness().await;
        let queue = match outbox::all().await {
            Ok(parcels) => Queue { parcels: Rc::new(parcels), broken: !outbox::keeps(), ..Queue::default() },
            Err(trouble) if trouble.was_put_aside() => return,
            Err(_) => Queue { broken: true, ..Queue::default() },
        };
        size.replace(u32::try_from(queue.parcels.len()).unwrap_or(0));
        let unsent = queue.pending().count();
        outbox::badge(u32::try_from(unsent).unwrap_or(u32::MAX));
        into.set(Queue { known: true, short, ..queue });
    });
}
