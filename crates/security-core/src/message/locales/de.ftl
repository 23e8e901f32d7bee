# German. The names are those of the messages; variables are written { $name }.

## Spans of time, as in „Dieser Link war 1 Stunde und 30 Minuten gültig“

duration-year = { $count ->
    [one] { $count } Jahr
   *[other] { $count } Jahre
}
duration-month = { $count ->
    [one] { $count } Monat
   *[other] { $count } Monate
}
duration-day = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
duration-hour = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
duration-minute = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
duration-second = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
duration-pair = { $first } und { $second }
duration-none = weniger als eine Sekunde

## Signing in and out

ANONYMOUS_USER_REQUIRED = Bitte melden Sie sich erst ab: Diese Seite ist für Besucher, die nicht angemeldet sind.
DISABLED_ACCOUNT = Dieses Konto ist gesperrt.
GENERIC_AUTHN_FAILED = Diese Angaben passen zu keinem Konto, mit dem man sich anmelden kann.
IDENTITY_NOT_REGISTERED = Für { $id } gibt es noch kein Konto.
INVALID_CODE = Dieser Code gilt nicht. Bitte fordern Sie einen neuen an.
INVALID_PASSWORD = Dieses Passwort ist nicht richtig.
INVALID_PASSWORD_CODE = Dieses Passwort oder dieser Code ist nicht richtig.
INVALID_REDIRECT = Von hier geht es nur zu Seiten dieser Website weiter.
LOGIN = Bitte melden Sie sich an, um diese Seite zu sehen.
OAUTH_HANDSHAKE_ERROR = Die Anmeldung über den anderen Dienst hat nicht funktioniert: { $exerror } ({ $exdesc }).
REAUTHENTICATION_REQUIRED = Bitte bestätigen Sie erst, dass Sie es sind.
REAUTHENTICATION_SUCCESSFUL = Danke, dass Sie sich noch einmal ausgewiesen haben.
REFRESH = Bitte melden Sie sich noch einmal an, um diese Seite zu sehen.
REFRESH_TOKEN_INVALID = Dieses Refresh-Token wird nicht angenommen ({ $reason }).
UNAUTHENTICATED = Bitte melden Sie sich erst an.
UNAUTHORIZED = Ihr Konto hat hierzu keinen Zugang.
USER_DOES_NOT_EXIST = Dieses Konto kennen wir nicht.

## Signing in by a link or a code

CODE_HAS_BEEN_SENT = Ein Code ist zu Ihnen unterwegs.
FAILED_TO_SEND_CODE = Wir konnten den Code nicht senden. Bitte versuchen Sie es gleich noch einmal.
GENERIC_US_SIGNIN = Falls wir dieses Konto kennen, ist ein Code unterwegs.
INVALID_LOGIN_TOKEN = Dieser Anmeldelink gilt nicht. Sie können einen neuen anfordern.
LOGIN_EMAIL_SENT = Ein Anmeldelink ist an { $email } unterwegs.
LOGIN_EXPIRED = Dieser Link war { $within } gültig und ist abgelaufen. Sie können einen neuen anfordern.
PASSWORDLESS_LOGIN_SUCCESSFUL = Sie sind angemeldet.
USE_CODE = { $code } ist Ihr Anmeldecode.
US_CURRENT_METHODS = Bisher eingerichtet: { $method_list }.
US_METHOD_NOT_AVAILABLE = Diese Art der Anmeldung gibt es hier nicht.
US_SETUP_EXPIRED = Die Einrichtung war { $within } offen und ist abgelaufen. Bitte fangen Sie noch einmal an.
US_SETUP_SUCCESSFUL = Die neue Art der Anmeldung ist eingerichtet.
US_SPECIFY_IDENTITY = Bitte sagen Sie uns, wer Sie sind, auf eine der Arten, die diese Website kennt.

## Opening an account and confirming the address

ALREADY_CONFIRMED = Diese E-Mail-Adresse ist bereits bestätigt.
CONFIRMATION_EXPIRED = Dieser Link war { $within } gültig und ist abgelaufen. Sie können einen neuen anfordern.
CONFIRMATION_REQUEST = Ein neuer Bestätigungslink ist an { $email } unterwegs.
CONFIRMATION_REQUIRED = Bitte bestätigen Sie erst Ihre E-Mail-Adresse.
CONFIRM_REGISTRATION = Fast fertig: Öffnen Sie den Link, den wir an { $email } gesendet haben, um Ihre Adresse zu bestätigen.
EMAIL_ALREADY_ASSOCIATED = { $email } gehört bereits zu einem Konto.
EMAIL_CONFIRMED = Ihre E-Mail-Adresse ist bestätigt. Willkommen!
EMAIL_NOT_PROVIDED = Bitte geben Sie Ihre E-Mail-Adresse ein.
IDENTITY_ALREADY_ASSOCIATED = { $attr } { $value } gehört bereits zu einem Konto.
INVALID_CONFIRMATION_TOKEN = Dieser Bestätigungslink gilt nicht. Sie können einen neuen anfordern.
INVALID_EMAIL_ADDRESS = Das sieht nicht nach einer E-Mail-Adresse aus, an die wir senden können.
INVALID_INPUT = Bitte lassen Sie HTML und anderes Markup weg.
INVALID_INPUT_LENGTH = Bitte verwenden Sie höchstens { $length } Zeichen.
PHONE_INVALID = Das sieht nicht nach einer Telefonnummer aus. Mit der Landesvorwahl klappt es immer.
USERNAME_ALREADY_ASSOCIATED = Der Benutzername { $username } ist vergeben.
USERNAME_CHANGE = Ihr Benutzername ist geändert.
USERNAME_DISALLOWED_CHARACTERS = Einige dieser Zeichen sind in einem Benutzernamen nicht möglich.
USERNAME_INVALID_LENGTH = Bitte verwenden Sie { $min } bis { $max } Zeichen.
USERNAME_NOT_PROVIDED = Bitte wählen Sie einen Benutzernamen.
USERNAME_RECOVERY_REQUEST = Falls es zu dieser Adresse ein Konto gibt, ist der Benutzername unterwegs.

## Changing the address

CHANGE_EMAIL_CONFIRMED = Ihre neue E-Mail-Adresse ist bestätigt und gilt ab jetzt.
CHANGE_EMAIL_EXPIRED = Dieser Link war { $within } gültig und ist abgelaufen. Bitte beginnen Sie die Änderung noch einmal.
CHANGE_EMAIL_SENT = Um die Änderung abzuschließen, öffnen Sie den Link, den wir an { $email } gesendet haben.

## Passwords

FORGOT_PASSWORD = Passwort vergessen?
GENERIC_RECOVERY = Falls wir dieses Konto kennen, ist eine Mail mit dem nächsten Schritt unterwegs.
INVALID_RESET_PASSWORD_TOKEN = Dieser Link zum Zurücksetzen gilt nicht. Sie können einen neuen anfordern.
PASSWORD_BREACHED = Dieses Passwort ist anderswo durch ein Datenleck bekannt geworden. Bitte wählen Sie ein anderes.
PASSWORD_BREACHED_SITE_ERROR = Wir konnten nicht prüfen, ob dieses Passwort durch ein Datenleck bekannt ist. Bitte versuchen Sie es gleich noch einmal.
PASSWORD_CHANGE = Ihr Passwort ist geändert.
PASSWORD_INVALID_LENGTH = Bitte verwenden Sie mindestens { $length } und höchstens 128 Zeichen.
PASSWORD_IS_THE_SAME = Bitte wählen Sie ein Passwort, das sich vom jetzigen unterscheidet.
PASSWORD_MISMATCH = Die Passwörter stimmen nicht überein.
PASSWORD_NOT_PROVIDED = Bitte geben Sie ein Passwort ein.
PASSWORD_NOT_SET = Für dieses Konto gibt es kein Passwort. Bitte melden Sie sich auf andere Weise an.
PASSWORD_RESET = Ihr Passwort ist zurückgesetzt und Sie sind angemeldet.
PASSWORD_RESET_EXPIRED = Dieser Link war { $within } gültig und ist abgelaufen. Sie können einen neuen anfordern.
PASSWORD_RESET_NO_LOGIN = Ihr Passwort ist zurückgesetzt. Bitte melden Sie sich mit dem neuen an.
PASSWORD_RESET_REQUEST = Falls es zu { $email } hier ein Konto gibt, ist ein Link zum Zurücksetzen unterwegs.
PASSWORD_TOO_SIMPLE = Dieses Passwort ist leicht zu erraten. Besser ist ein längeres oder einige Wörter, die nichts miteinander zu tun haben.
RETYPE_PASSWORD_MISMATCH = Die beiden Passwörter stimmen nicht überein.

## The second factor

INVALID_RECOVERY_CODE = Dieser Wiederherstellungscode gilt nicht.
NO_RECOVERY_CODES_SETUP = Sie haben noch keine Wiederherstellungscodes.
TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL = Ihr zweiter Schritt bei der Anmeldung ist geändert.
TWO_FACTOR_DISABLED = Ihr zweiter Schritt bei der Anmeldung ist abgeschaltet.
TWO_FACTOR_INVALID_TOKEN = Dieser Code ist nicht richtig.
TWO_FACTOR_LOGIN_SUCCESSFUL = Sie sind angemeldet.
TWO_FACTOR_METHOD_NOT_AVAILABLE = Diese Methode gibt es hier nicht.
TWO_FACTOR_PERMISSION_DENIED = Dieser Schritt ist gerade nicht möglich. Bitte melden Sie sich erst an.
TWO_FACTOR_SETUP_EXPIRED = Die Einrichtung war { $within } offen und ist abgelaufen. Bitte fangen Sie noch einmal an.

## Passkeys

WEBAUTHN_CREDENTIAL_DELETED = Der Passkey { $name } ist entfernt.
WEBAUTHN_CREDENTIAL_ID_INUSE = Dieser Passkey ist bereits eingerichtet.
WEBAUTHN_CREDENTIAL_WRONG_USAGE = Dieser Passkey ist nicht hierfür eingerichtet.
WEBAUTHN_EXPIRED = Der Schritt mit dem Passkey war { $within } offen und ist abgelaufen. Bitte fangen Sie noch einmal an.
WEBAUTHN_MISMATCH_USER_HANDLE = Dieser Passkey gehört zu einem anderen Konto.
WEBAUTHN_NAME_DISALLOWED_CHARACTERS = Einige dieser Zeichen sind im Namen eines Passkeys nicht möglich.
WEBAUTHN_NAME_INUSE = Sie haben bereits einen Passkey mit dem Namen { $name }.
WEBAUTHN_NAME_NOT_FOUND = Sie haben keinen Passkey mit dem Namen { $name }.
WEBAUTHN_NAME_REQUIRED = Bitte geben Sie Ihrem Passkey einen Namen.
WEBAUTHN_NO_VERIFY = Der Passkey konnte nicht geprüft werden: { $cause }.
WEBAUTHN_ORPHAN_CREDENTIAL_ID = Dieser Passkey gehört zu keinem Konto mehr.
WEBAUTHN_REGISTER_SUCCESSFUL = Der Passkey { $name } ist eingerichtet.
WEBAUTHN_UNKNOWN_CREDENTIAL_ID = Diesen Passkey kennen wir nicht.

## Requests and forms

API_ERROR = Wir konnten diese Anfrage nicht lesen. Bitte prüfen Sie sie und versuchen Sie es noch einmal.
BODY_TOO_LARGE = Diese Anfrage ist zu groß.
CHOICE = Bitte wählen Sie eine der Möglichkeiten.
CSRF_EXPIRED = Dieses Formular war zu lange offen. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.
CSRF_INVALID = Das Sicherheitstoken dieses Formulars ist nicht gültig. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.
CSRF_MISSING = Das Sicherheitstoken dieses Formulars fehlt. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.
INTERNAL_ERROR = Bei uns ist etwas schiefgegangen. Wir haben es notiert.
METHOD_NOT_ALLOWED = Das geht hier so nicht.
NOT_FOUND = Hier ist nichts.
REQUEST_TIMEOUT = Das hat zu lange gedauert. Bitte versuchen Sie es noch einmal.
REQUIRED = Dieses Feld darf nicht leer bleiben.
SERVICE_UNAVAILABLE = Bei uns ist gerade sehr viel los. Bitte versuchen Sie es gleich noch einmal.
TOO_MANY_REQUESTS = Das waren viele Versuche. Bitte warten Sie ein wenig und versuchen Sie es dann noch einmal.

## The pages

page-account = Konto
page-home = Startseite
page-skip-to-content = Zum Inhalt springen
page-signed-in-as = Angemeldet als
page-continue = Weiter
page-optional = (freiwillig)

page-sign-in = Anmelden
page-sign-in-lead = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein, und Ihr Passwort.
page-sign-in-link-lead = Wir senden Ihnen einen Link per Mail. Wenn Sie ihn öffnen, sind Sie angemeldet, ein einziges Mal.
page-sign-out = Abmelden
page-sign-out-lead = Möchten Sie sich auf diesem Gerät von diesem Konto abmelden?
page-create-an-account = Ein Konto anlegen
page-create-account = Konto anlegen
page-confirm-address = E-Mail-Adresse bestätigen
page-confirm-address-lead = Wir senden Ihnen einen neuen Link per Mail. Ihn zu öffnen zeigt, dass die Adresse Ihnen gehört.
page-send-confirmation-again = Die Bestätigungsmail noch einmal senden
page-send-the-link = Link senden
page-forgot-password = Passwort vergessen?
page-forgot-password-lead = Wir senden Ihnen einen Link per Mail, mit dem Sie ein neues wählen können.
page-reset-password = Ein neues Passwort wählen
page-reset-password-lead = Danach ist jedes Gerät abgemeldet, und nur noch das neue Passwort gilt.
page-set-the-password = Passwort festlegen
page-change-your-password = Ihr Passwort ändern
page-change-password = Passwort ändern
page-change-password-lead = Danach bleiben Sie hier angemeldet; jedes andere Gerät wird abgemeldet.
page-set-a-password = Ein Passwort festlegen
page-set-a-password-lead = Ihr Konto hat noch kein Passwort. Wählen Sie eines, um sich damit anmelden zu können.
page-set-password = Passwort festlegen
page-verify = Bestätigen Sie, dass Sie es sind
page-verify-lead = Sie sind schon eine Weile angemeldet. Bitte geben Sie Ihr Passwort noch einmal ein, bevor es weitergeht.
page-open-link = Noch ein Schritt
page-open-link-lead = Sie haben einen Link aus einer Mail geöffnet. Drücken Sie den Knopf, um ihn zu verwenden.

page-email-address = E-Mail-Adresse
page-username = Benutzername
page-password = Passwort
page-password-again = Passwort noch einmal
page-current-password = Jetziges Passwort
page-new-password = Neues Passwort
page-new-password-again = Neues Passwort noch einmal
page-password-help = Mindestens { $length } Zeichen.
page-remember = Auf diesem Gerät angemeldet bleiben

page-error-status = Fehler { $status }
page-error = Fehler
page-bad-request = Anfrage nicht verstanden
page-unauthorized = Nicht angemeldet
page-forbidden = Kein Zugang
page-not-found = Nicht gefunden
page-method-not-allowed = So nicht möglich
page-request-timeout = Zu lange gewartet
page-payload-too-large = Zu groß
page-too-many-requests = Zu viele Versuche
page-internal-server-error = Fehler auf dem Server
page-service-unavailable = Gerade nicht verfügbar
page-cannot-be-shown = Diese Seite konnte nicht angezeigt werden.

## The mails

mail-subject-register = Willkommen
mail-subject-confirm = Bestätigen Sie Ihre E-Mail-Adresse
mail-subject-passwordless = Ihr Anmeldelink
mail-subject-password-notice = Ihr Passwort wurde zurückgesetzt
mail-subject-password-change-notice = Ihr Passwort wurde geändert
mail-subject-password-reset = Ein neues Passwort wählen

mail-hello = Guten Tag,
mail-never-asked = Niemand, der hier arbeitet, fragt Sie jemals nach Ihrem Passwort.
mail-reason = Sie bekommen diese Mail, weil Sie hier ein Konto haben.
mail-reason-at = Sie bekommen diese Mail, weil Sie bei { $site } ein Konto haben.
mail-no-account = Sie bekommen diese Mail, weil Ihre Adresse eingegeben wurde. Ein Konto wurde dafür nicht angelegt.
mail-no-account-at = Sie bekommen diese Mail, weil Ihre Adresse bei { $site } eingegeben wurde. Ein Konto wurde dafür nicht angelegt.
mail-button-help = Falls der Knopf nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-link-within = Gültigkeit des Links: { $within }.
mail-link-once-within = Der Link funktioniert ein einziges Mal. Gültigkeit: { $within }.
mail-was-you = Wenn Sie das waren, ist nichts weiter zu tun.
mail-was-not-you = Ich war das nicht
mail-not-you-delete = Wenn Sie das nicht waren, können Sie diese Mail löschen.

mail-welcome = Willkommen bei { $site }
mail-created = Ihr Konto für { $email } ist angelegt.
mail-created-confirm = Ein Schritt fehlt noch: Zeigen Sie uns, dass diese Adresse Ihnen gehört, indem Sie diesen Link öffnen.
mail-created-not-you = Wenn Sie dieses Konto nicht angelegt haben, folgen Sie dem Link nicht und löschen Sie diese Mail.
mail-created-sign-in = Sie können sich jetzt anmelden. Wenn nicht Sie dieses Konto angelegt haben, sagen Sie uns bitte Bescheid.

mail-existing = Sie haben bereits ein Konto
mail-existing-lead = Jemand, vermutlich Sie selbst, wollte ein Konto für { $email } anlegen. Es gibt schon eines; deshalb wurde nichts geändert, und sonst hat niemand davon erfahren.
mail-existing-username = Ihr Benutzername ist { $username }.
mail-existing-confirm = Die Adresse ist noch nicht bestätigt. Bestätigen Sie sie, um sich anmelden zu können:
mail-existing-forgotten = Haben Sie Ihr Passwort vergessen? Hier können Sie ein neues wählen:

mail-taken = Bitte wählen Sie einen anderen Benutzernamen
mail-taken-lead = Jemand, vermutlich Sie selbst, wollte ein Konto für { $email } mit dem Benutzernamen { $username } anlegen.
mail-taken-next = Dieser Benutzername ist vergeben; deshalb wurde kein Konto angelegt. Bitte registrieren Sie sich noch einmal mit einem anderen.

mail-confirm = Bitte zeigen Sie uns, dass { $email } Ihre Adresse ist, indem Sie diesen Link öffnen.
mail-confirm-button = Adresse bestätigen
mail-confirm-not-you = Wenn Sie das nicht angefordert haben, folgen Sie dem Link nicht und löschen Sie diese Mail.

mail-sign-in-link = Mit diesem Link können Sie sich ein einziges Mal als { $email } anmelden.
mail-sign-in-link-secret = Geben Sie ihn nie weiter: Wer ihn öffnet, ist als Sie angemeldet. Wenn Sie ihn nicht angefordert haben, können Sie diese Mail löschen.

mail-reset = Jemand, vermutlich Sie selbst, hat ein neues Passwort für das Konto { $email } angefordert. Mit diesem Link können Sie eines wählen.
mail-reset-not-you = Wenn Sie das nicht waren, können Sie diese Mail löschen. Ihr Passwort bleibt, wie es ist.

mail-reset-done = Ihr Passwort ist zurückgesetzt
mail-reset-done-lead = Für das Konto { $email } wurde soeben mit einem Link aus Ihrer Mail ein neues Passwort gesetzt, und alle Geräte wurden abgemeldet.
mail-reset-done-not-you = Wenn Sie das nicht waren, liest jemand anderes Ihre Mails. Sichern Sie Ihr Postfach, und sagen Sie uns sofort Bescheid.
mail-reset-done-not-you-link = Wenn Sie das nicht waren, liest jemand anderes Ihre Mails. Sichern Sie zuerst Ihr Postfach, und wählen Sie dann ein neues Passwort:

mail-changed = Ihr Passwort ist geändert
mail-changed-lead = Das Passwort des Kontos { $email } wurde soeben geändert, und alle anderen Geräte wurden abgemeldet.
mail-changed-not-you = Wenn Sie das nicht waren, sagen Sie uns sofort Bescheid: Vielleicht benutzt jemand anderes Ihr Konto.
mail-changed-not-you-link = Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort, und achten Sie darauf, dass niemand sonst Ihre Mails liest:
