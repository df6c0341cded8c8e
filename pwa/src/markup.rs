//! `markup!`: the syntax of Yew's `html!`, compiled to less.
//!
//! `html!` writes the making of each element out at its place, with conversions and iterators of its own: some 600 bytes
//! an element here, two thirds of the whole app (measured; a phone pays for them at its first visit). `markup!` writes
//! calls to one small builder. What differs: an attribute is text or `Option` of text, a child in braces is `Html`
//! or text, a listener takes the plain [`Event`], components stand in braces as [`component()`].

use crate::ui::icon;
use crate::world::World;
use std::rc::Rc;
use yew::html::BaseComponent;
use yew::prelude::*;
use yew::virtual_dom::{
    AttrValue, AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VComp, VList, VTag, VText,
};

/// Elements being put together: the innermost last.
pub struct Markup {
    open: Vec<Element>,
    done: Vec<Html>,
}

/// An element, and its attributes, listeners and children so far.
struct Element {
    tag: VTag,
    names: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<Html>,
}

struct On {
    kind: Kind,
    call: Callback<Event>,
}

/// The events anybody here listens to.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A tap.
    Click,
    /// A choice made.
    Change,
    /// A letter typed.
    Input,
    /// A form sent.
    Submit,
    /// A key pressed.
    Keydown,
}

impl Listener for On {
    fn kind(&self) -> ListenerKind {
        match self.kind {
            Kind::Click => ListenerKind::onclick,
            Kind::Change => ListenerKind::onchange,
            Kind::Input => ListenerKind::oninput,
            Kind::Submit => ListenerKind::onsubmit,
            Kind::Keydown => ListenerKind::onkeydown,
        }
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

    /// Begins an element. `names`: all its attributes; `values`: those of the first of them, the others follow by
    /// [`Attribute::add`].
    #[inline(never)]
    pub fn open(&mut self, tag: &'static str, names: &'static [&'static str], values: &[&'static str]) {
        let values = values.iter().map(|value| Some(AttributeOrProperty::Static(value))).collect();
        let tag = VTag::new(AttrValue::Static(tag));
        self.open.push(Element { tag, names, values, listeners: vec![], children: vec![] });
    }

    /// Ends the innermost element.
    #[inline(never)]
    pub fn close(&mut self) {
        let Some(Element { mut tag, names: keys, values, listeners, children }) = self.open.pop() else {
            return;
        };
        tag.attributes = Attributes::Dynamic { keys, values: values.into_boxed_slice() };
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into_boxed_slice());
        }
        if let Some(inside) = tag.children_mut() {
            *inside = list(children);
        }
        self.put(Html::VTag(Rc::new(tag)));
    }

    /// The value of the next attribute.
    #[inline(never)]
    pub fn attribute(&mut self, value: Option<AttributeOrProperty>) {
        if let Some(element) = self.open.last_mut() {
            element.values.push(value);
        }
    }

    /// What tells this element from its neighbours.
    #[inline(never)]
    pub fn key(&mut self, key: &str) {
        if let Some(element) = self.open.last_mut() {
            element.tag.key = Some(Key::from(key));
        }
    }

    /// What stands in a field.
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
    pub fn on(&mut self, kind: Kind, call: Callback<Event>) {
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

    /// Text as a child.
    #[inline(never)]
    pub fn text(&mut self, words: String) {
        self.put(text(words));
    }

    /// The words for a key as a child.
    #[inline(never)]
    pub fn say(&mut self, w: &World, key: &str) {
        self.text(w.say(key));
    }

    /// A pictogram as a child.
    #[inline(never)]
    pub fn icon(&mut self, name: &'static str) {
        self.put(icon(name));
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
    /// Adds it.
    fn add(self, markup: &mut Markup);
}

impl Attribute for &'static str {
    fn add(self, markup: &mut Markup) {
        markup.attribute(Some(AttributeOrProperty::Static(self)));
    }
}

impl Attribute for String {
    fn add(self, markup: &mut Markup) {
        markup.attribute(Some(AttributeOrProperty::Attribute(AttrValue::from(self))));
    }
}

impl<A: Attribute> Attribute for Option<A> {
    fn add(self, markup: &mut Markup) {
        match self {
            Some(value) => value.add(markup),
            None => markup.attribute(None),
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
    (@ $b:ident < $tag:ident $($rest:tt)*) => { $crate::markup!(@in $b $tag [] [] [] $($rest)*); };
    (@ $b:ident if $($rest:tt)*) => { $crate::markup!(@if $b [] $($rest)*); };
    (@ $b:ident { for $each:expr } $($rest:tt)*) => {
        let mut nodes = $crate::markup::Markup::new();
        for node in $each { nodes.put(node); }
        $b.put(nodes.end_list());
        $crate::markup!(@ $b $($rest)*);
    };
    (@ $b:ident { $w:ident.t($key:expr) } $($rest:tt)*) => { $b.say(&$w, $key); $crate::markup!(@ $b $($rest)*); };
    (@ $b:ident { text($words:expr) } $($rest:tt)*) => { $b.text($words); $crate::markup!(@ $b $($rest)*); };
    (@ $b:ident { icon($name:expr) } $($rest:tt)*) => { $b.icon($name); $crate::markup!(@ $b $($rest)*); };
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
    // Inside a tag: what never changes, what does, and what is no attribute.
    (@in $b:ident $tag:ident $still:tt $live:tt $other:tt / > $($rest:tt)*) => {
        $crate::markup!(@open $b $tag $still $live $other);
        $b.close();
        $crate::markup!(@ $b $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt $other:tt > $($rest:tt)*) => {
        $crate::markup!(@open $b $tag $still $live $other);
        $crate::markup!(@ $b $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt $other:tt { $name:ident } $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live $other $name = { $name } $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] onclick = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (on $crate::markup::Kind::Click, $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] onchange = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (on $crate::markup::Kind::Change, $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] oninput = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (on $crate::markup::Kind::Input, $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] onsubmit = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (on $crate::markup::Kind::Submit, $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] onkeydown = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (on $crate::markup::Kind::Keydown, $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] key = { $v:expr } $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (key $v.as_ref())] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] value = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (value $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt $live:tt [$($other:tt)*] checked = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still $live [$($other)* (checked $v)] $($rest)*);
    };
    (@in $b:ident $tag:ident [$($still:tt)*] $live:tt $other:tt $n:ident $(- $m:ident)* = $v:literal $($rest:tt)*) => {
        $crate::markup!(@in $b $tag [$($still)* (concat!(stringify!($n) $(, "-", stringify!($m))*), $v)] $live $other $($rest)*);
    };
    (@in $b:ident $tag:ident $still:tt [$($live:tt)*] $other:tt $n:ident $(- $m:ident)* = $v:tt $($rest:tt)*) => {
        $crate::markup!(@in $b $tag $still [$($live)* (concat!(stringify!($n) $(, "-", stringify!($m))*), $v)] $other $($rest)*);
    };
    (@open $b:ident $tag:ident [$(($still:expr, $fixed:expr))*] [$(($live:expr, $value:expr))*] [$(($verb:ident $($arg:expr),*))*]) => {
        $b.open(stringify!($tag), &[$($still,)* $($live,)*], &[$($fixed),*]);
        $($crate::markup::Attribute::add($value, &mut $b);)*
        $($b.$verb($($arg),*);)*
    };
    // The whole.
    ($($markup:tt)*) => {{
        let mut builder = $crate::markup::Markup::new();
        $crate::markup!(@ builder $($markup)*);
        builder.end()
    }};
}
