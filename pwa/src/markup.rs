//! `markup!`: the syntax of Yew's `html!`, compiled to less.
//!
//! `html!` writes the making of each element out at its place, with conversions and iterators of its own: some 600 bytes
//! an element here, two thirds of the whole app (measured; a phone pays for them at its first visit). `markup!` writes
//! calls to one small builder. What differs: an attribute is text or `Option` of text, a child in braces is `Html`
//! or text, a listener takes the plain [`Event`], components stand in braces as [`component`].

use std::rc::Rc;
use yew::html::BaseComponent;
use yew::prelude::*;
use yew::virtual_dom::{AttrValue, Key, Listener, ListenerKind, VComp, VList, VTag, VText};

/// Elements being put together: the innermost last.
pub struct Markup {
    open: Vec<Element>,
    done: Vec<Html>,
}

/// An element, its listeners and its children so far.
struct Element {
    tag: VTag,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<Html>,
}

struct On {
    kind: ListenerKind,
    call: Callback<Event>,
}

impl Listener for On {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        self.call.emit(event);
    }

    fn passive(&self) -> bool {
        false
    }
}

// Never inlined: that these stand in the program once is the reason for this module.
impl Markup {
    /// Nothing yet.
    #[inline(never)]
    pub fn new() -> Self {
        Self { open: vec![], done: vec![] }
    }

    /// Begins an element.
    #[inline(never)]
    pub fn open(&mut self, tag: &'static str) {
        let tag = VTag::new(AttrValue::Static(tag));
        self.open.push(Element { tag, listeners: vec![], children: vec![] });
    }

    /// Ends the innermost element.
    #[inline(never)]
    pub fn close(&mut self) {
        let Some(Element { mut tag, listeners, children }) = self.open.pop() else { return };
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into_boxed_slice());
        }
        if let Some(inside) = tag.children_mut() {
            *inside = list(children);
        }
        self.put(Html::VTag(Rc::new(tag)));
    }

    /// An attribute.
    #[inline(never)]
    pub fn attribute(&mut self, name: &'static str, value: AttrValue) {
        if let Some(element) = self.open.last_mut() {
            element.tag.add_attribute(name, value);
        }
    }

    /// An attribute that never changes.
    #[inline(never)]
    pub fn literal(&mut self, name: &'static str, value: &'static str) {
        self.attribute(name, AttrValue::Static(value));
    }

    /// What tells this element from its neighbours.
    #[inline(never)]
    pub fn key(&mut self, key: &str) {
        if let Some(element) = self.open.last_mut() {
            element.tag.key = Some(Key::from(key));
        }
    }

    /// What stands in a field; on a button that is none, an attribute.
    #[inline(never)]
    pub fn value(&mut self, value: String) {
        if let Some(element) = self.open.last_mut() {
            element.tag.set_value(Some(AttrValue::from(value)));
        }
    }

    /// Whether a box is ticked.
    #[inline(never)]
    pub fn checked(&mut self, checked: bool) {
        if let Some(element) = self.open.last_mut() {
            element.tag.set_checked(checked);
        }
    }

    /// A listener.
    #[inline(never)]
    pub fn on(&mut self, kind: ListenerKind, call: Callback<Event>) {
        if let Some(element) = self.open.last_mut() {
            element.listeners.push(Some(Rc::new(On { kind, call })));
        }
    }

    /// A child.
    #[inline(never)]
    pub fn put(&mut self, node: Html) {
        match self.open.last_mut() {
            Some(element) => element.children.push(node),
            None => self.done.push(node),
        }
    }

    /// What was put together: one node, or several as a list.
    #[inline(never)]
    pub fn end(mut self) -> Html {
        match self.done.pop() {
            Some(only) if self.done.is_empty() => only,
            Some(last) => {
                self.done.push(last);
                list(self.done)
            }
            None => Html::default(),
        }
    }

    /// What was put together, as a list.
    #[inline(never)]
    pub fn end_list(self) -> Html {
        list(self.done)
    }
}

#[inline(never)]
fn list(nodes: Vec<Html>) -> Html {
    Html::VList(Rc::new(VList::with_children(nodes, None)))
}

/// Text as a node.
#[inline(never)]
pub fn text(words: String) -> Html {
    Html::VText(VText::new(AttrValue::from(words)))
}

/// A component, told from its neighbours by `key`.
pub fn component<C: BaseComponent>(key: &str, props: C::Properties) -> Html {
    Html::VComp(Rc::new(VComp::new::<C>(Rc::new(props), Some(Key::from(key)))))
}

/// What can be the value of an attribute.
pub trait Attribute {
    /// Puts it.
    fn set(self, markup: &mut Markup, name: &'static str);
}

impl Attribute for &'static str {
    fn set(self, markup: &mut Markup, name: &'static str) {
        markup.literal(name, self);
    }
}

impl Attribute for String {
    fn set(self, markup: &mut Markup, name: &'static str) {
        markup.attribute(name, AttrValue::from(self));
    }
}

impl<A: Attribute> Attribute for Option<A> {
    fn set(self, markup: &mut Markup, name: &'static str) {
        if let Some(value) = self {
            value.set(markup, name);
        }
    }
}

/// Markup as in Yew's `html!`; see the module.
#[macro_export]
macro_rules! markup {
    // Children.
    (@ $b:ident) => {};
    (@ $b:ident < > $($rest:tt)*) => { $crate::markup!(@ $b $($rest)*); };
    (@ $b:ident < / > $($rest:tt)*) => { $crate::markup!(@ $b $($rest)*); };
    (@ $b:ident < / $tag:ident > $($rest:tt)*) => { $b.close(); $crate::markup!(@ $b $($rest)*); };
    (@ $b:ident < $tag:ident $($rest:tt)*) => {
        $b.open(stringify!($tag));
        $crate::markup!(@attr $b $($rest)*);
    };
    (@ $b:ident if $($rest:tt)*) => { $crate::markup!(@if $b [] $($rest)*); };
    (@ $b:ident { for $each:expr } $($rest:tt)*) => {
        let mut nodes = $crate::markup::Markup::new();
        for node in $each { nodes.put(node); }
        $b.put(nodes.end_list());
        $crate::markup!(@ $b $($rest)*);
    };
    (@ $b:ident { $node:expr } $($rest:tt)*) => { $b.put($node); $crate::markup!(@ $b $($rest)*); };
    // if … { … } else { … }: always one node, so that neighbours keep their places.
    (@if $b:ident [$($cond:tt)*] { $($then:tt)* } else { $($other:tt)* } $($rest:tt)*) => {
        $b.put(if $($cond)* { $crate::markup! { $($then)* } } else { $crate::markup! { $($other)* } });
        $crate::markup!(@ $b $($rest)*);
    };
    (@if $b:ident [$($cond:tt)*] { $($then:tt)* } $($rest:tt)*) => {
        $b.put(if $($cond)* { $crate::markup! { $($then)* } } else { yew::Html::default() });
        $crate::markup!(@ $b $($rest)*);
    };
    (@if $b:ident [$($cond:tt)*] $next:tt $($rest:tt)*) => { $crate::markup!(@if $b [$($cond)* $next] $($rest)*); };
    // Attributes, up to the end of the tag.
    (@attr $b:ident / > $($rest:tt)*) => { $b.close(); $crate::markup!(@ $b $($rest)*); };
    (@attr $b:ident > $($rest:tt)*) => { $crate::markup!(@ $b $($rest)*); };
    (@attr $b:ident { $name:ident } $($rest:tt)*) => {
        $crate::markup!(@set $b ($name) $name);
        $crate::markup!(@attr $b $($rest)*);
    };
    (@attr $b:ident $first:ident $(- $more:ident)* = $value:tt $($rest:tt)*) => {
        $crate::markup!(@set $b ($first $(- $more)*) $value);
        $crate::markup!(@attr $b $($rest)*);
    };
    (@set $b:ident (onclick) $call:expr) => { $b.on(yew::virtual_dom::ListenerKind::onclick, $call) };
    (@set $b:ident (onchange) $call:expr) => { $b.on(yew::virtual_dom::ListenerKind::onchange, $call) };
    (@set $b:ident (oninput) $call:expr) => { $b.on(yew::virtual_dom::ListenerKind::oninput, $call) };
    (@set $b:ident (onsubmit) $call:expr) => { $b.on(yew::virtual_dom::ListenerKind::onsubmit, $call) };
    (@set $b:ident (onkeydown) $call:expr) => { $b.on(yew::virtual_dom::ListenerKind::onkeydown, $call) };
    (@set $b:ident (key) $key:expr) => { $b.key($key.as_ref()) };
    (@set $b:ident (value) $value:expr) => { $b.value($value) };
    (@set $b:ident (checked) $checked:expr) => { $b.checked($checked) };
    (@set $b:ident ($first:ident $(- $more:ident)*) $value:expr) => {
        $crate::markup::Attribute::set($value, &mut $b, concat!(stringify!($first) $(, "-", stringify!($more))*))
    };
    // The whole.
    ($($markup:tt)*) => {{
        let mut builder = $crate::markup::Markup::new();
        $crate::markup!(@ builder $($markup)*);
        builder.end()
    }};
}
