//! Every word that the chat page shows of its own, in one place.

pub(super) const NEW_CHAT: &str = "New chat";
pub(super) const CHATS: &str = "Chats";
pub(super) const SHOW_CHATS: &str = "Show chats";
pub(super) const NO_CHATS: &str = "No chats yet.";
pub(super) const UNTITLED: &str = "Untitled";
pub(super) const SIGN_OUT: &str = "Sign out";
pub(super) const MODEL: &str = "Model";
pub(super) const CONNECTION: &str = "Connection";
pub(super) const CONNECTED: &str = "Connected";
pub(super) const CONNECTING: &str = "Connecting…";
pub(super) const RECONNECTING: &str = "Connection lost, reconnecting…";
pub(super) const CONVERSATION: &str = "Conversation";
pub(super) const EMPTY: &str = "What shall we work on?";
pub(super) const EMPTY_HINT: &str = "Python that the model writes runs here, in a sandbox of this page. It reaches neither your session nor the network.";
pub(super) const USER_MESSAGE: &str = "User message";
pub(super) const ASSISTANT_MESSAGE: &str = "Assistant message";
pub(super) const MESSAGE: &str = "Message";
pub(super) const MESSAGE_HINT: &str = "Write a message";
pub(super) const SEND: &str = "Send message";
pub(super) const STOP: &str = "Stop";
pub(super) const COPY_MESSAGE: &str = "Copy message";
pub(super) const COPY: &str = "Copy";
pub(super) const COPIED: &str = "Copied";
pub(super) const NOT_COPIED: &str = "Copying was refused";
pub(super) const STATUS_HISTORY: &str = "Toggle status history";
pub(super) const FOLLOW_UPS: &str = "Follow-up questions";
pub(super) const WAITING: &str = "Waiting for the answer";
pub(super) const THINKING: &str = "Thinking…";
pub(super) const RUNNING_CODE: &str = "Running Python…";
pub(super) const RAN_CODE: &str = "Ran Python";
pub(super) const FAILED_CODE: &str = "Ran Python, with an error";
pub(super) const CALLING: &str = "Calling";
pub(super) const CALLED: &str = "Called";
pub(super) const OUTPUT: &str = "Output";
pub(super) const SIGN_IN: &str = "Sign in";
pub(super) const SIGNING_IN: &str = "Signing in…";
pub(super) const SIGN_IN_HINT: &str = "to an Open WebUI server. Your password goes to that server only.";
pub(super) const SERVER: &str = "Server";
pub(super) const EMAIL: &str = "Email";
pub(super) const PASSWORD: &str = "Password";
pub(super) const NOTICES: &str = "Notices";
pub(super) const DISMISS: &str = "Dismiss";
pub(super) const LOADING_IMAGE: &str = "Loading picture…";
pub(super) const IMAGE_ELSEWHERE: &str = "Picture elsewhere, not loaded:";
pub(super) const EMBED: &str = "Embed";
pub(super) const SHOW: &str = "Show";
pub(super) const LOAD: &str = "Load";
pub(super) const OPEN: &str = "Open";
pub(super) const EMBED_TOO_LONG: &str = "it is longer than 5 MB, so it is not shown.";
pub(super) const EMBED_REFUSED: &str = "it leads to this site or to a private address, so it is not loaded.";
pub(super) const EMBED_ELSEWHERE: &str =
    "a page of another site. That site learns that you look at it once it is loaded.";
pub(super) const EMBED_FORBIDDEN: &str = "the policy of this page lets it show no pages of other sites.";
pub(super) const EMBED_LEFT: &str = "it went to another page, so it was closed.";
pub(super) const EMBED_FLOODS: &str = "it sent more messages than can be read, so it was closed.";
pub(super) const EMBED_TOOK_FOCUS: &str = "it took the keyboard by itself, so it was closed.";
pub(super) const EMBEDS_FULL: &str = "ten embeds are open already, so this one is closed.";
pub(super) const NEW_TEMPORARY_CHAT: &str = "New temporary chat";
pub(super) const TEMPORARY: &str = "Temporary chat: nobody keeps it.";
pub(super) const UNSENT: &str = "Waiting for the connection";
pub(super) const EDIT_MESSAGE: &str = "Edit message";
pub(super) const SEND_EDITED: &str = "Send edited message";
pub(super) const SAVE: &str = "Save";
pub(super) const CANCEL: &str = "Cancel";
pub(super) const REGENERATE: &str = "Regenerate";
pub(super) const CONTINUE: &str = "Continue";
pub(super) const PREVIOUS_VERSION: &str = "Previous version";
pub(super) const NEXT_VERSION: &str = "Next version";
pub(super) const FAVORITE: &str = "Favourite";
pub(super) const SUMMARIZED: &str = "For the model, all messages up to this one are summed up.";
pub(super) const SPOKEN: &str = "This message has a spoken form on the server.";
pub(super) const FILTERED: &str = "A filter of the server changed this text.";
pub(super) const SHOW_ORIGINAL: &str = "Show the original";
pub(super) const FILES: &str = "Files";
pub(super) const SOURCES: &str = "Sources";
pub(super) const CODE_RUNS: &str = "Code runs";
pub(super) const RUNS: &str = "runs…";
pub(super) const RAN: &str = "ran";
pub(super) const FAILED: &str = "failed";
pub(super) const APPROVE: &str = "Approve";
pub(super) const REJECT: &str = "Reject";
pub(super) const WANTS: &str = "The model wants to call";
pub(super) const REJECTED: &str = "Refused:";
pub(super) const ANSWER: &str = "Answer";
pub(super) const CONFIRM: &str = "Confirm";
pub(super) const DECLINE: &str = "Decline";
pub(super) const SHOW_VALUE: &str = "Show value";
pub(super) const HIDE_VALUE: &str = "Hide value";
pub(super) const OTHER: &str = "Something else";
pub(super) const OPEN_LINK: &str = "Open the page";
pub(super) const ASKED_BY: &str = "Asked by";
pub(super) const WAITS_FOR_SERVER: &str = "The connection is lost. Your answer is sent as soon as it is back.";
pub(super) const NOBODY_WAITS: &str =
    "The server no longer waits for this answer. What you wrote stays here until you close it.";
pub(super) const RUN_TITLE: &str = "Run code of the server?";
pub(super) const RUN_HINT: &str = "In the sandbox it reaches neither this page, nor your session, nor the network.";
pub(super) const RUN_IN_SANDBOX: &str = "Run in sandbox";
pub(super) const REFUSE: &str = "Refuse";
pub(super) const TRUST: &str = "Don't ask again for this server, until I leave the page";
pub(super) const SHOW_ALL: &str = "Show all of it";
pub(super) const DOWNLOAD_TITLE: &str = "Save a file?";
pub(super) const DOWNLOAD_HINT: &str = "Code of the server offers this file:";
pub(super) const OPEN_TITLE: &str = "Open a page?";
pub(super) const OPEN_HINT: &str = "Code of the server wants to open a page of";
pub(super) const QUESTION_ELSEWHERE: &str = "A question waits in";
pub(super) const ATTACH: &str = "Attach files";
pub(super) const ATTACHED: &str = "Attached files";
pub(super) const REMOVE: &str = "Remove";
pub(super) const STORED: &str = "attached";
pub(super) const TOOLS: &str = "Tools";
pub(super) const NO_TOOLS: &str = "This server offers no tools for this model.";
pub(super) const TAGS: &str = "Tags";
pub(super) const TASKS: &str = "Tasks";
pub(super) const ALSO_HERE: &str = "Also here:";
pub(super) const IS_WRITING: &str = "is writing…";
pub(super) const ARE_WRITING: &str = "are writing…";
pub(super) const TERMINAL: &str = "Terminal";
pub(super) const SUMMING_UP: &str = "Summing up earlier messages…";
pub(super) const OPEN_CHAT: &str = "Open chat";
pub(super) const NOTIFY: &str = "Notify me outside of this page";
pub(super) const NOT_NOTIFIED: &str = "Your browser does not allow this page to notify you.";
pub(super) const POLICY: &str = "Code of the server:";
pub(super) const POLICY_DENY: &str = "never runs";
pub(super) const POLICY_ASK: &str = "asks first";
pub(super) const POLICY_SANDBOX: &str = "runs in a sandbox";
pub(super) const POLICY_PAGE: &str = "runs with all rights of this page";
pub(super) const SEND_PROMPT: &str = "Send this message?";
pub(super) const PROMPT_HINT: &str = "A frame in the conversation wants to send:";
pub(super) const WRITE_PROMPT: &str = "Write this into your message?";
pub(super) const WRITE_HINT: &str = "A frame in the conversation wants to write:";
pub(super) const WRITE: &str = "Write it";
pub(super) const NOT_NOW: &str =
    "An answer is still being written, or no model is chosen. Wait for its end, or stop it, then send this again.";

// Steps of an answer, runs, actions.
pub(super) const STOPPED_CODE: &str = "Python was stopped";
pub(super) const CODE_NOT_RUN: &str = "Python that the server did not run";
pub(super) const NOT_RUN_HINT: &str =
    "The server did not run this code. You can run it here, in the sandbox of this page.";
pub(super) const WAITS_ITS_TURN: &str = "Waiting to call";
pub(super) const STOPPED_CALL: &str = "Stopped:";
pub(super) const WITH_ERROR: &str = "with an error";
pub(super) const SEARCHING_WEB: &str = "Searching the web…";
pub(super) const SEARCHED_WEB: &str = "searched the web";
pub(super) const SEARCHING_FILES: &str = "Searching files…";
pub(super) const SEARCHED_FILES: &str = "searched files";
pub(super) const USING_COMPUTER: &str = "Using a computer…";
pub(super) const USED_COMPUTER: &str = "used a computer";
pub(super) const ARGUMENTS: &str = "Arguments";
pub(super) const FIGURE: &str = "Figure";
pub(super) const IN_TERMINAL: &str = "in the server's terminal:";
pub(super) const ERRORS: &str = "Errors";
pub(super) const PICTURE_NOT_SHOWN: &str =
    "A picture is not shown: it is too large, of another kind, or on another site.";
pub(super) const NO_OUTPUT: &str = "It put out nothing.";
pub(super) const QUESTION: &str = "Question";
pub(super) const EARLIER_SUMMED_UP: &str = "Earlier messages, summed up for the model";
pub(super) const RUN: &str = "Run";
pub(super) const RUN_WAITS: &str = "Waiting for Python…";
pub(super) const RUN_GOES_ON: &str = "Running…";
pub(super) const RUN_ABORTED: &str = "Not run: it was stopped before it began.";

pub(super) const BRANCH: &str = "Branch into a new chat";
pub(super) const USAGE: &str = "Usage";

/// "thought for 4 s", in the middle of a sentence.
pub(super) fn thought(seconds: Option<u64>) -> String {
    match seconds {
        Some(seconds) if seconds >= 60 => format!("thought for {} min {} s", seconds / 60, seconds % 60),
        Some(seconds) => format!("thought for {seconds} s"),
        None => "thought".to_owned(),
    }
}

/// "ran Python twice, with an error".
pub(super) fn ran_python(count: usize, failed: bool) -> String {
    with_error(times("ran Python", count), failed)
}

/// "called search 3 times".
pub(super) fn called(name: &str, count: usize, failed: bool) -> String {
    with_error(times(&format!("called {name}"), count), failed)
}

/// "1234 tokens", or what else an answer cost.
pub(super) fn tokens(total: Option<u64>) -> String {
    match total {
        Some(1) => "1 token".to_owned(),
        Some(total) => format!("{total} tokens"),
        None => USAGE.to_owned(),
    }
}

/// Something done so many times.
pub(super) fn times(what: &str, count: usize) -> String {
    match count {
        0 | 1 => what.to_owned(),
        2 => format!("{what} twice"),
        count => format!("{what} {count} times"),
    }
}

fn with_error(what: String, failed: bool) -> String {
    if failed { format!("{what}, {WITH_ERROR}") } else { what }
}

/// Phrases as one, with a capital.
pub(super) fn sentence(phrases: &[String]) -> String {
    let joined = phrases.join(", ");
    let mut letters = joined.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

// The panel, sources, artifacts, pictures.
pub(super) const SOURCE: &str = "Source";
pub(super) const SHOW_ALL_SOURCES: &str = "Show all";
pub(super) const DOCUMENTS: &str = "Documents";
pub(super) const NO_DOCUMENTS: &str = "This source brought no text along.";
pub(super) const RELEVANCE: &str = "Relevance";
pub(super) const PAGE: &str = "Page";
pub(super) const PARAMETERS: &str = "Parameters";
pub(super) const CLOSE_PANEL: &str = "Close panel";
pub(super) const CLOSE: &str = "Close";
pub(super) const PREVIEW: &str = "Preview";
pub(super) const ARTIFACTS: &str = "Artifacts";
pub(super) const ARTIFACT: &str = "Artifact";
pub(super) const PREVIOUS_ARTIFACT: &str = "Previous artifact";
pub(super) const NEXT_ARTIFACT: &str = "Next artifact";
pub(super) const DOWNLOAD: &str = "Download";
pub(super) const FULL_SCREEN: &str = "Full screen";
pub(super) const REFRESH: &str = "Refresh";
pub(super) const NO_FULL_SCREEN: &str = "The browser did not give the whole screen:";
pub(super) const OPENS_ITSELF: &str = "Open by itself when a new one is written";
pub(super) const MAY_SAVE: &str = "Let frames save files";
pub(super) const ENLARGE: &str = "Enlarge";
pub(super) const EMBED_WITHOUT_CHART: &str =
    "it needs Chart.js, which could not be loaded. Check the connection, then show it again.";
pub(super) const EMBED_WITHOUT_ALPINE: &str =
    "it needs Alpine.js, which could not be loaded. Check the connection, then show it again.";

// Text of messages.
pub(super) const ALERT_NOTE: &str = "Note";
pub(super) const ALERT_TIP: &str = "Tip";
pub(super) const ALERT_IMPORTANT: &str = "Important";
pub(super) const ALERT_WARNING: &str = "Warning";
pub(super) const ALERT_CAUTION: &str = "Caution";
pub(super) const TASK_DONE: &str = "Done";
pub(super) const TASK_OPEN: &str = "To do";
pub(super) const FOOTNOTE: &str = "Footnote";
pub(super) const FOOTNOTE_BACK: &str = "Back to the text";
pub(super) const TABLE: &str = "Table";
pub(super) const SAVE_CSV: &str = "CSV";
pub(super) const CODE: &str = "Code";
pub(super) const EDIT_CODE: &str = "Edit code";
pub(super) const COLLAPSE: &str = "Collapse";
pub(super) const EXPAND: &str = "Expand";
pub(super) const CODE_NOT_FOUND: &str =
    "The message has changed meanwhile, so this code is not saved. Copy it, cancel, and edit the message.";
pub(super) const DRAWING: &str = "Drawing…";
pub(super) const DIAGRAM_SOURCE: &str = "Source";
pub(super) const DIAGRAM: &str = "Diagram";
pub(super) const MEDIA: &str = "media";
pub(super) const MEDIA_ELSEWHERE: &str = "Film or sound elsewhere, not loaded:";
pub(super) const PAGE_FILE: &str = "page.html";
pub(super) const SAVE_PAGE_FILE: &str = "Download the page";
pub(super) const TO_THE_END: &str = "To the end";

/// "12 hidden lines".
pub(super) fn hidden_lines(count: usize) -> String {
    if count == 1 { "1 hidden line".to_owned() } else { format!("{count} hidden lines") }
}
