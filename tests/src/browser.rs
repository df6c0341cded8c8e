//! The browsers a phone may have.

/// A browser engine, and the program that stands for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Browser {
    /// Chrome's, Edge's, Samsung's.
    Chromium,
    /// Firefox ESR.
    Firefox,
    /// WebKitGTK: the nearest thing to Safari that runs here. Its profile lives in memory.
    WebKit,
}

impl Browser {
    /// Background Sync: what waits leaves without a page open.
    #[must_use]
    pub const fn sends_without_a_page(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// A test can say where the device is. WebKitGTK's question stays open, as with somebody who never answers.
    #[must_use]
    pub const fn can_be_placed(self) -> bool {
        !matches!(self, Self::WebKit)
    }
}

/// Writes a test once for each browser it is to hold in, as `chromium::name`, `firefox::name`, `webkit::name`:
/// `in_browsers!(chromium, webkit => name_of_one, name_of_another)`.
#[macro_export]
macro_rules! in_browsers {
    ($($browser:ident),+ => $($name:ident),+ $(,)?) => {
        $crate::in_browsers!(@each [$($browser)+] [$($name)+]);
    };
    (@each [$($browser:ident)+] $names:tt) => {
        $($crate::in_browsers!(@$browser $names);)+
    };
    (@chromium $names:tt) => { $crate::in_browsers!(@in chromium Chromium $names); };
    (@firefox $names:tt) => { $crate::in_browsers!(@in firefox Firefox $names); };
    (@webkit $names:tt) => { $crate::in_browsers!(@in webkit WebKit $names); };
    (@in $folder:ident $browser:ident [$($name:ident)+]) => {
        mod $folder {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::browser::Browser::$browser).await;
            })+
        }
    };
}
