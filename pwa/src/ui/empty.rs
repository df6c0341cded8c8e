//! Nothing here, or nothing here yet; and the way back.

use super::flip;
use crate::markup;
use crate::route::Route;
use crate::world::World;
use yew::prelude::*;

/// An empty place that says what it is for, and the one next thing.
pub fn empty(sign: &'static str, words: Html, next: Html) -> Html {
    markup! { <div class="empty">{ icon(sign) }<p>{ words }</p>{ next }</div> }
}

/// Rows on their way, in the size they will have.
pub fn skeleton(rows: usize) -> Html {
    markup! {
        <ul class="reports" aria-busy="true">
            { for (0..rows).map(|_| markup! {
                <li class="report-row"><div class="report-link">
                    <span class="thumb skeleton"></span>
                    <span class="report-text stack"><span class="skeleton"></span><span class="skeleton"></span></span>
                </div></li>
            }) }
        </ul>
    }
}

/// The head of a screen one goes back from.
pub fn back_bar(w: &World, to: &Route, name: String) -> Html {
    let href = to.href();
    markup! {
        <div class="bar">
            <a class="icon-btn" href={href.clone()} data-back="">
                { flip("arrow-left") }<span class="visually-hidden">{ w.t("act_back") }</span>
            </a>
            <a class="bar-title" {href}>{ text(name) }</a>
        </div>
    }
}
