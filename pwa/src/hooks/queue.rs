//! The queue as screens see it: read again after every change, whoever made it (this page, another tab, the worker).

use gloo_timers::callback::Timeout;
use shared::ids::ParcelId;
use shared::outbox::{Content, Parcel, State};
use shared::reports::{Outcome, Receipt};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;
use yew::prelude::*;

/// Milliseconds in which changes that follow one another become one reading.
const CALM: u32 = 40;

/// What lies on this phone.
#[derive(Clone, Default)]
pub struct Queue {
    /// Newest first.
    pub parcels: Rc<Vec<Parcel>>,
    /// Whether the queue has been read at all.
    pub known: bool,
    /// Whether the browser refuses to keep anything.
    pub broken: bool,
}

impl PartialEq for Queue {
    /// Each reading is a new list; comparing parcel by parcel would find the same.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.parcels, &other.parcels) && self.known == other.known && self.broken == other.broken
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

    /// Parcels that still have to leave, and parcels refused.
    pub fn pending(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.iter().filter(|parcel| !matches!(parcel.state, State::Received { .. }))
    }

    /// How many were received: when it grows, the server knows something new.
    pub fn received(&self) -> usize {
        self.parcels.len() - self.pending().count()
    }

    /// How many match.
    pub fn count(&self, matching: fn(&State) -> bool) -> i64 {
        i64::try_from(self.parcels.iter().filter(|parcel| matching(&parcel.state)).count()).unwrap_or(0)
    }

    /// The receipt by which this phone is part of `report`, and its parcel: a report of its own before a support.
    pub fn part_in(&self, report: &ParcelId) -> Option<(&Parcel, &Receipt)> {
        let mine = self.parcels.iter().filter_map(|parcel| match &parcel.state {
            State::Received { receipt } if receipt.report == *report => Some((parcel, receipt)),
            _ => None,
        });
        mine.min_by_key(|(parcel, _)| !matches!(parcel.content, Content::Report(_)))
    }

    /// How this phone stands to `report`.
    pub fn stance(&self, report: &ParcelId) -> Stance {
        match self.part_in(report) {
            Some((_, receipt)) if receipt.outcome == Outcome::New => Stance::Reporter,
            Some(_) => Stance::Supporter,
            None => {
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
        read(setter.clone());
        let calm: Rc<std::cell::RefCell<Option<Timeout>>> = Rc::default();
        let heard = Closure::<dyn Fn(JsValue)>::new(move |_| {
            let setter = setter.clone();
            calm.replace(Some(Timeout::new(CALM, move || read(setter))));
        });
        let channel = BroadcastChannel::new(outbox::CHANGED).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        }
        move || {
            if let Some(channel) = channel {
                channel.close();
            }
            drop(heard);
        }
    });
    (*queue).clone()
}

fn read(into: UseStateSetter<Queue>) {
    spawn_local(async move {
        into.set(match outbox::all().await {
            Ok(parcels) => Queue { parcels: Rc::new(parcels), known: true, broken: false },
            Err(_) => Queue { known: true, broken: true, ..Queue::default() },
        });
    });
}
