//! Where photos lie, and the pieces of those on their way: a folder, behind the `object_store` crate.

use crate::edges::faults::Faults;
use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use std::sync::Arc;

/// The store of photos.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    faults: Faults,
}

impl Blobs {
    /// Opens the folder `dir`, making it where it is missing.
    pub fn folder(dir: &std::path::Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let store = LocalFileSystem::new_with_prefix(dir)
            .with_context(|| format!("cannot open the folder {}", dir.display()))?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self { store: Arc::new(store), faults: Faults::default() })
    }

    /// The same, failing as planned.
    #[must_use]
    pub fn failing(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// Keeps `bytes` under `name`; repeating it is harmless.
    pub async fn put(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let payload = PutPayload::from_bytes(bytes.into());
        self.faults.at("put").await?;
        self.store.put(&Path::from(name), payload).await.context("cannot keep a photo")?;
        Ok(self.faults.at("put done").await?)
    }

    /// The bytes under `name`, or nothing.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        match self.store.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.context("cannot read a photo")?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("cannot read a photo"),
        }
    }

    /// Forgets `name`; repeating it is harmless.
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.faults.at("delete").await?;
        match self.store.delete(&Path::from(name)).await {
            Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => {
                Err(error).context("cannot delete a file")
            }
            _ => Ok(self.faults.at("delete done").await?),
        }
    }

    /// The names of all that lies in `folder` and below.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>> {
        let found = self.store.list(Some(&Path::from(folder)));
        let named = found.map_ok(|file| file.location.to_string());
        named.try_collect().await.context("cannot list a folder")
    }

    /// Forgets all that lies in `folder` and below.
    pub async fn delete_under(&self, folder: &str) -> Result<()> {
        for name in self.list(folder).await? {
            self.delete(&name).await?;
        }
        Ok(())
    }
}
