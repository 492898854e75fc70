//! Optimistic changes: a stack of patches over the data that the server gave.
//!
//! Each patch is applied anew whenever the data below it changes, and each mutation takes back its own
//! patch only, so that two mutations in flight never undo each other.

use std::rc::Rc;

use super::erased::Data;

/// Computes what to show: from the data without any optimistic change, and from what lies below the patch.
pub type Change = Rc<dyn Fn(Option<&Data>, Option<&Data>) -> Option<Data>>;

/// What a mutation shows until its result is there.
#[derive(Clone)]
pub enum Patch {
    /// This, whatever lies below. It goes when a newer mutation has written or failed.
    Value(Data),
    /// Something computed, so that it may lie over another one, and stays when a newer mutation has ended.
    Change(Change),
}

impl Patch {
    fn apply(&self, base: Option<&Data>, below: Option<&Data>) -> Option<Data> {
        match self {
            Self::Value(data) => Some(data.clone()),
            Self::Change(change) => change(base, below),
        }
    }
}

struct Layer {
    mutation: u64,
    patch: Patch,
    /// The mutation has succeeded; the patch stays until fresh data contains its effect.
    done: bool,
}

/// The patches of an entry, oldest first.
#[derive(Default)]
pub(crate) struct Patches {
    layers: Vec<Layer>,
}

impl Patches {
    pub fn push(&mut self, mutation: u64, patch: Patch) {
        self.layers.push(Layer { mutation, patch, done: false });
    }

    /// Takes back the patch of a mutation.
    pub fn remove(&mut self, mutation: u64) {
        self.layers.retain(|layer| layer.mutation != mutation);
    }

    /// The newest mutation has ended: its own patch goes, and what was meant to stand in for everything while older
    /// mutations run.
    pub fn overtake(&mut self, mutation: u64) {
        self.layers.retain(|layer| {
            let overtaken = layer.mutation < mutation && matches!(layer.patch, Patch::Value(_));
            layer.mutation != mutation && !overtaken
        });
    }

    /// The mutation has succeeded, and fresh data will follow.
    pub fn finish(&mut self, mutation: u64) {
        for layer in &mut self.layers {
            layer.done |= layer.mutation == mutation;
        }
    }

    /// Fresh data is there: it contains what finished mutations have done.
    pub fn drop_finished(&mut self) {
        self.layers.retain(|layer| !layer.done);
    }

    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub fn clear(&mut self) {
        self.layers.clear();
    }

    pub fn apply(&self, base: Option<&Data>) -> Option<Data> {
        lay(self.layers.iter(), base)
    }

    /// Applies those of mutations that have succeeded.
    pub fn apply_finished(&self, base: Option<&Data>) -> Option<Data> {
        lay(self.layers.iter().filter(|layer| layer.done), base)
    }
}

fn lay<'a>(layers: impl Iterator<Item = &'a Layer>, base: Option<&Data>) -> Option<Data> {
    layers.fold(base.cloned(), |data, layer| layer.patch.apply(base, data.as_ref()).or(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(text: &'static str) -> Patch {
        Patch::Change(Rc::new(move |_, below| {
            let below = below?.get::<String>()?;
            Some(Data::new(format!("{below}{text}")))
        }))
    }

    fn shown(patches: &Patches, base: &str) -> Option<String> {
        patches.apply(Some(&Data::new(base.to_owned())))?.get::<String>().map(|s| (*s).clone())
    }

    #[test]
    fn taking_back_one_patch_leaves_the_others() {
        let mut patches = Patches::default();
        patches.push(1, append("1"));
        patches.push(2, append("2"));
        assert_eq!(shown(&patches, "a").as_deref(), Some("a12"));
        patches.remove(1);
        assert_eq!(shown(&patches, "a").as_deref(), Some("a2"));
    }

    #[test]
    fn a_finished_patch_stays_until_fresh_data_comes() {
        let mut patches = Patches::default();
        patches.push(1, append("1"));
        patches.finish(1);
        assert_eq!(shown(&patches, "a").as_deref(), Some("a1"));
        patches.drop_finished();
        assert_eq!(shown(&patches, "a1").as_deref(), Some("a1"));
    }

    #[test]
    fn the_newest_takes_older_values_along_and_leaves_changes() {
        let mut patches = Patches::default();
        patches.push(1, Patch::Value(Data::new("old".to_owned())));
        patches.push(2, append("2"));
        patches.push(3, append("3"));
        patches.overtake(3);
        assert_eq!(shown(&patches, "a").as_deref(), Some("a2"));
    }
}
