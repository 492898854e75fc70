//! Scripts that run in a page before any of its own.

/// A clock that goes `seconds` ahead (or, if negative, behind) of the machine's.
#[must_use]
pub fn clock_ahead_by(seconds: i64) -> String {
    format!(
        "(() => {{
            const Real = Date, ahead = {seconds} * 1000;
            window.Date = class extends Real {{
                constructor(...parts) {{
                    if (parts.length) super(...parts); else super(Real.now() + ahead);
                }}
                static now() {{ return Real.now() + ahead; }}
            }};
        }})()"
    )
}

/// A clock that leaps ahead by what `window.leap` says in milliseconds, as a computer's does that has slept.
pub const LEAPING_CLOCK: &str = "
    (() => {
        const Real = Date;
        window.leap = 0;
        window.Date = class extends Real {
            constructor(...parts) {
                if (parts.length) super(...parts); else super(Real.now() + window.leap);
            }
            static now() { return Real.now() + window.leap; }
        };
    })()";

/// What befalls the script of Clerk just before it is put on the page: `then` is code about the element `tag`.
#[must_use]
pub fn before_clerk_loads(then: &str) -> String {
    format!(
        "(() => {{
            const append = Node.prototype.appendChild;
            Node.prototype.appendChild = function (tag) {{
                if (tag.tagName === 'SCRIPT' && tag.src.includes('clerk.browser.js')) {{ {then} }}
                return append.call(this, tag);
            }};
        }})()"
    )
}

/// Storage as some privacy settings leave it: each use throws.
pub const BLOCKED_STORAGE: &str = "
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
        Object.defineProperty(window, name, {
            configurable: true,
            get() { throw new DOMException('The operation is insecure.', 'SecurityError'); },
        });
    }";

/// Writes every text down that the page ever shows, so that a flash of it is not missed.
pub const WITNESS: &str = "
    window.witnessed = [];
    const note = () => {
        const text = document.body ? document.body.innerText : '';
        if (window.witnessed.at(-1) !== text) window.witnessed.push(text);
    };
    new MutationObserver(note).observe(document, {
        subtree: true, childList: true, characterData: true, attributes: true,
    });";

/// Counts how often the document was loaded in this tab.
pub const LOADS: &str = "
    window.name = String(Number(window.name || 0) + 1);";
