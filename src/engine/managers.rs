//! Who says whether the page is looked at, and whether there is a network: the page, or the app in its place.

use super::event::Event;
use super::events::Told;
use super::state::Engine;
use super::time::Time;

/// Who rules over what the page says.
#[derive(Default)]
pub(crate) struct Rulers {
    /// What the app has set, until it takes that back.
    set: Option<bool>,
    /// What the app's own source has said last, once there is one.
    source: Option<bool>,
    /// Whether the page is hidden, by its own words.
    page_is_hidden: bool,
    /// Whether the app has a source of its own for the network.
    has_network_source: bool,
}

impl Rulers {
    /// Whether an event of the page's is to be heard. What it says of itself is noted in any case.
    pub fn let_in(&mut self, event: &Event) -> bool {
        if let Event::Visible(visible) = event {
            self.page_is_hidden = !visible;
        }
        match event {
            Event::Visible(_) | Event::Focus => self.set.is_none() && self.source.is_none(),
            Event::Online(_) => !self.has_network_source,
            _ => true,
        }
    }

    fn is_focused(&self) -> bool {
        self.set.or(self.source).unwrap_or(!self.page_is_hidden)
    }
}

impl Engine {
    /// Whether the page is looked at.
    #[must_use]
    pub const fn is_focused(&self) -> bool {
        self.world.visible
    }

    /// Whether there is a network.
    #[must_use]
    pub const fn is_online(&self) -> bool {
        self.world.online
    }

    /// Sets whether the page is looked at, whatever anybody else says; `None` takes that back.
    pub(crate) fn set_focused(&mut self, focused: Option<bool>, now: Time) {
        self.world.rulers.set = focused;
        self.look(now);
    }

    /// From now on a source of the app's own speaks in the place of the page.
    pub(crate) fn begin_focus_source(&mut self) {
        let rulers = &mut self.world.rulers;
        rulers.source.get_or_insert(!rulers.page_is_hidden);
    }

    /// The source says whether the page is looked at; `None`: the user has returned.
    pub(crate) fn focus_source_says(&mut self, focused: Option<bool>, now: Time) {
        let rulers = &mut self.world.rulers;
        rulers.source = focused.or(rulers.source);
        if focused.is_none() && rulers.set.is_none() {
            self.revalidate_on_focus(now);
        }
        self.look(now);
    }

    /// Follows what has been said. To be looked at again is a return of the user's.
    fn look(&mut self, now: Time) {
        let focused = self.world.rulers.is_focused();
        if focused != self.world.visible {
            self.set_visible(focused, now);
            self.revalidate_on_focus(now);
        }
        self.finish(now);
    }

    /// From now on the page is not asked for the network.
    pub(crate) fn begin_network_source(&mut self) {
        self.world.rulers.has_network_source = true;
    }

    /// Sets whether there is a network.
    pub(crate) fn network_is(&mut self, online: bool, now: Time) {
        self.set_online(online, now);
        self.finish(now);
    }

    /// Tells those who listen that the world has changed.
    pub(crate) fn say_of_world(&self, told: Told) {
        if let Some(audience) = &self.trail.audience {
            audience.world(told);
        }
    }
}
