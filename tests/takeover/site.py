"""A small site on Flask-Security, for the tests that move a running site to Portcullis and back.

    python site.py DATABASE_URL CONFIG_FILE [--create ADDRESS PASSWORD]

CONFIG_FILE holds settings as JSON. With --create the tables and one account are made first. The site prints its
address when it serves, and ends when its standard input does.
"""

import argparse
import json
import os
import sys
import threading
from datetime import datetime, timezone

from flask import Flask, jsonify
from flask_security import (
    MailUtil,
    Security,
    SQLAlchemyUserDatastore,
    auth_required,
    auth_token_required,
    current_user,
    hash_password,
    roles_required,
)
from flask_security.models import fsqla_v4
from flask_sqlalchemy import SQLAlchemy
from werkzeug.serving import make_server

MAILS = []


class KeptMails(MailUtil):
    """Keeps mails instead of sending them."""

    def send_mail(self, template, subject, recipient, sender, body, html, **kwargs):
        MAILS.append({"recipient": str(recipient), "body": body})


def models(db):
    """The stock models, under the names of the stock classes."""
    fsqla_v4.FsModels.set_db_info(
        db, webauthn_table_name="web_authn", refresh_table_name="fs_refresh_tracker"
    )

    class Role(db.Model, fsqla_v4.FsRoleMixin):
        pass

    class WebAuthn(db.Model, fsqla_v4.FsWebAuthnMixin):
        pass

    class FsRefreshTracker(db.Model, fsqla_v4.FsRefreshTrackerMixin):
        pass

    class User(db.Model, fsqla_v4.FsUserMixin):
        pass

    return User, Role, WebAuthn, FsRefreshTracker


def who():
    user = current_user._get_current_object()
    return jsonify(user=user.email if user.is_authenticated else None)


def routes(app):
    fresh = auth_required("session", within=10, grace=1)
    guarded = {
        "/whoami": who,
        "/session-only": auth_required("session")(who),
        "/token-only": auth_token_required(who),
        "/admins-only": roles_required("admin")(who),
        "/fresh": fresh(who),
        "/mails": lambda: jsonify(MAILS),
    }
    for path, view in guarded.items():
        app.add_url_rule(path, endpoint=path.strip("/"), view_func=view)


def build(url, settings):
    app = Flask(__name__)
    app.config.update(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy(app)
    datastore = SQLAlchemyUserDatastore(db, *models(db))
    Security(app, datastore, mail_util_cls=KeptMails)
    routes(app)
    return app, db, datastore


def create(app, db, datastore, address, password):
    with app.app_context():
        db.create_all()
        datastore.find_or_create_role(name="admin", permissions={"read", "write"})
        datastore.create_user(
            email=address,
            username=address.partition("@")[0],
            password=hash_password(password),
            confirmed_at=datetime.now(timezone.utc).replace(tzinfo=None),
            roles=["admin"],
        )
        db.session.commit()


def serve(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("config")
    parser.add_argument("--create", nargs=2)
    arguments = parser.parse_args()
    with open(arguments.config, encoding="utf-8") as file:
        settings = json.load(file)
    app, db, datastore = build(arguments.database, settings)
    if arguments.create:
        create(app, db, datastore, *arguments.create)
    serve(app)


if __name__ == "__main__":
    main()
