//! Messages for the next page.

use security_core::Error;
use security_core::message::MessageKey;

use crate::context::RequestContext;
use crate::negotiate::Style;

/// Leaves a message for the next page of this visitor. Nothing happens for JSON callers, who have no next page, and
/// when `FLASH_MESSAGES` is off.
pub(crate) async fn flash(
    request: &RequestContext,
    key: MessageKey,
    variables: &[(&str, &str)],
) -> Result<(), Error> {
    let security = request.security();
    if request.style() == Style::Json || !security.config().general.flash_messages {
        return Ok(());
    }
    let text = request.wording().text(key, variables);
    let category = security.messages().severity(key).name();
    request.change_session(|session| session.push_flash(category, &text)).await
}

impl RequestContext {
    /// Leaves a message of the application for the next page of this visitor. `category` is `info`, `success`,
    /// `warning` or `error`.
    ///
    /// # Errors
    ///
    /// When the session store cannot be reached.
    pub async fn flash(&self, category: &str, text: &str) -> Result<(), Error> {
        self.change_session(|session| session.push_flash(category, text)).await
    }
}
