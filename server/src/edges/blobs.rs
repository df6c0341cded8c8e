//! Where photos lie, and the pieces of those on their way: a folder, or a bucket of S3, behind the `object_store` crate.
//!
//! Promises: what was put is there after a power cut, whole or not at all; what a kill left of a write half done is found
//! and swept; times are those of the store, never of the caller.

use super::clock::Clock;
use super::faults::Faults;
use super::s3::Bucket;
use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use std::path::PathBuf;
use std::sync::Arc;

/// Which store, as settings say it.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    S3(Bucket),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::S3(bucket) => write!(f, "{bucket}"),
        }
    }
}

/// The store of photos.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    faults: Faults,
}

/// What lies in the store.
#[derive(Clone, Debug)]
pub struct Blob {
    /// Its bytes.
    pub bytes: Bytes,
    /// What the store calls these very bytes.
    pub tag: Option<String>,
}

/// A name in the store.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name.
    pub name: String,
    /// Milliseconds since it was put.
    pub age: i64,
}

impl Blobs {
    /// Opens `place`, making the folder where it is missing.
    pub fn open(place: &Place) -> Result<Self> {
        match place {
            Place::Folder(folder) => Self::folder(folder),
            Place::S3(bucket) => {
                let (store, prefix) = (bucket.open()?, bucket.prefix.as_str());
                let store: Arc<dyn ObjectStore> = if prefix.is_empty() {
                    Arc::new(store)
                } else {
                    Arc::new(PrefixStore::new(store, prefix))
                };
                Ok(Self { store, folder: None, faults: Faults::default() })
            }
        }
    }

    fn folder(dir: &std::path::Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let store = LocalFileSystem::new_with_prefix(dir)
            .with_context(|| format!("cannot open the folder {}", dir.display()))?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(dir.to_owned()), faults: Faults::default() })
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
        Ok(self.find(name).await?.map(|blob| blob.bytes))
    }

    /// What lies under `name`, or nothing.
    pub async fn find(&self, name: &str) -> Result<Option<Blob>> {
        match self.store.get(&Path::from(name)).await {
            Ok(found) => {
                let tag = found.meta.e_tag.clone();
                Ok(Some(Blob { bytes: found.bytes().await.context("cannot read a photo")?, tag }))
            }
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
        Ok(self.look(folder).await?.into_iter().map(|found| found.name).collect())
    }

    /// All that lies in `folder` and below, with its age.
    pub async fn look(&self, folder: &str) -> Result<Vec<Found>> {
        let now = Clock::System.now();
        let found = |meta: ObjectMeta| Found {
            name: meta.location.to_string(),
            age: now.0 - meta.last_modified.timestamp_millis(),
        };
        let listed = self.store.list(Some(&Path::from(folder))).map_ok(found);
        listed.try_collect().await.context("cannot list a folder")
    }

    /// The folders that stand in `folder`.
    pub async fn folders(&self, folder: &str) -> Result<Vec<String>> {
        let found = self.store.list_with_delimiter(Some(&Path::from(folder))).await;
        let found = found.context("cannot list a folder")?;
        let name = |path: &Path| path.filename().map(str::to_owned);
        Ok(found.common_prefixes.iter().filter_map(name).collect())
    }

    /// Forgets all that lies in `folder` and below.
    pub async fn delete_under(&self, folder: &str) -> Result<()> {
        for name in self.list(folder).await? {
            self.delete(&name).await?;
        }
        Ok(())
    }

    /// Files of writes that a kill cut short, older than `age` milliseconds. S3 keeps none.
    pub async fn torn(&self, age: i64) -> Result<Vec<PathBuf>> {
        let Some(folder) = self.folder.clone() else { return Ok(vec![]) };
        let torn = tokio::task::spawn_blocking(move || {
            let mut torn = Vec::new();
            gather_torn(&folder, age, &mut torn).map(|()| torn)
        });
        torn.await.context("the search ended early")?.context("cannot search the folder of photos")
    }

    /// Removes them.
    pub async fn sweep_torn(&self, age: i64) -> Result<()> {
        for file in self.torn(age).await? {
            let gone = tokio::fs::remove_file(&file).await;
            gone.or_else(
                |error| if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) },
            )?;
        }
        Ok(())
    }
}

/// Staged files are called `NAME#1`, `NAME#2`…
fn gather_torn(folder: &std::path::Path, age: i64, torn: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let now = Clock::System.now();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // What goes away while we look is no finding.
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() {
            gather_torn(&entry.path(), age, torn).or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })?;
        } else if is_staged(&entry.file_name().to_string_lossy()) {
            let put = meta.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            if now.0.saturating_sub(i64::try_from(put.as_millis()).unwrap_or(i64::MAX)) > age {
                torn.push(entry.path());
            }
        }
    }
    Ok(())
}

fn is_staged(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
