//! Where photos lie: a folder, behind the `object_store` crate.

use anyhow::{Context, Result};
use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use std::sync::Arc;

/// The store of photos.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Opens the folder `dir`, making it where it is missing.
    pub fn folder(dir: &std::path::Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let store = LocalFileSystem::new_with_prefix(dir)
            .with_context(|| format!("cannot open the folder {}", dir.display()))?
            .with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Keeps `bytes` under `name`; repeating it is harmless.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let payload = PutPayload::from_bytes(Bytes::from(bytes));
        self.store.put(&Path::from(name), payload).await.context("cannot keep a photo")?;
        Ok(())
    }

    /// The bytes under `name`, or nothing.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        match self.store.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.context("cannot read a photo")?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("cannot read a photo"),
        }
    }

    /// Forgets `name`.
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.store.delete(&Path::from(name)).await.context("cannot delete a file")
    }
}
