"""The access table: what each role gets at each address. A cell that differs fails tests/test_access.py.

A cell is a status; `login` is the way to the login page, `again` the question for the password. The order is function
(403), then object (404, with the page of a missing one), then state (409). HEAD gets what GET gets, and every method
beside GET, HEAD and POST gets 405 at every address, from everyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ROLES = (
    "anonymous",
    "owner",
    "other",
    "editor",
    "approver",
    "surgeon",
    "second",
    "lead",
    "administrator",
    "disabled",
)
STAFF = ("editor", "approver", "administrator")

# "owner" is Alice, in the care of "surgeon"; "other" is Charlie, in the care of "second". "nobody's" case is of a
# patient without a surgeon, whom all surgeons see, and was taken; "ended" was in the care of "surgeon" until lately.
# "covered" is in the care of somebody for whom "surgeon" stands in; "opened" they opened in an emergency, "expired" too,
# but the hour is over; "joined" is another record of Alice.
SITE = """
                                 anonym owner  other  editor approv surgeo second lead   admin  disabled
/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/help/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/language/
  -                        GET   405    405    405    405    405    405    405    405    405    405
  -                        POST  400    400    400    400    400    400    400    400    400    400
/reminders/
  -                        GET   login  200    200    403    403    403    403    403    403    login
  -                        POST  login  200    200    403    403    403    403    403    403    login
/accounts/login/
  -                        GET   200    302    302    302    302    302    302    302    302    200
  -                        POST  200    302    302    302    302    302    302    302    302    200
/accounts/logout/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  login  login  login  login  login  login  login  login  login
/accounts/inactive/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/accounts/signup/
  -                        GET   200    302    302    302    302    302    302    302    302    200
  -                        POST  200    302    302    302    302    302    302    302    302    200
/accounts/reauthenticate/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  200    200    200    200    200    200    200    200    login
/accounts/email/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  302    302    302    302    302    302    302    302    login
/accounts/confirm-email/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/accounts/password/change/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  200    200    200    200    200    200    200    200    login
/accounts/password/set/
  -                        GET   login  302    302    302    302    302    302    302    302    login
  -                        POST  login  302    302    302    302    302    302    302    302    login
/accounts/password/reset/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  200    200    200    200    200    200    200    200    200    200
/accounts/login/code/confirm/
  -                        GET   login  302    302    302    302    302    302    302    302    login
  -                        POST  login  302    302    302    302    302    302    302    302    login
/accounts/confirm-email/<key>/
  missing                  GET   200    200    200    200    200    200    200    200    200    200
  missing                  POST  404    404    404    404    404    404    404    404    404    404
/accounts/password/reset/key/done/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/accounts/password/reset/key/<uidb36>-<key>/
  missing                  GET   200    200    200    200    200    200    200    200    200    200
  missing                  POST  200    200    200    200    200    200    200    200    200    200
/accounts/password/reset/done/
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/accounts/2fa/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/accounts/2fa/authenticate/
  -                        GET   login  302    302    302    302    302    302    302    302    login
  -                        POST  login  302    302    302    302    302    302    302    302    login
/accounts/2fa/reauthenticate/
  -                        GET   login  again  again  again  again  again  again  again  again  login
  -                        POST  login  again  again  again  again  again  again  again  again  login
/accounts/2fa/totp/activate/
  -                        GET   login  again  again  again  again  again  again  again  again  login
  -                        POST  login  again  again  again  again  again  again  again  again  login
/accounts/2fa/totp/deactivate/
  -                        GET   login  404    404    404    404    404    404    404    404    login
  -                        POST  login  404    404    404    404    404    404    404    404    login
/accounts/2fa/recovery-codes/
  -                        GET   login  404    404    404    404    404    404    404    404    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/accounts/2fa/recovery-codes/generate/
  -                        GET   login  again  again  again  again  again  again  again  again  login
  -                        POST  login  again  again  again  again  again  again  again  again  login
/accounts/2fa/recovery-codes/download/
  -                        GET   login  404    404    404    404    404    404    404    404    login
  -                        POST  login  404    404    404    404    404    404    404    404    login
/learn/
  -                        GET   login  200    200    200    200    200    200    200    200    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/learn/diagrams/<name>.svg
  there                    GET   login  200    200    200    200    200    200    200    200    login
  there                    POST  login  405    405    405    405    405    405    405    405    login
  missing                  GET   login  404    404    404    404    404    404    404    404    login
  missing                  POST  login  405    405    405    405    405    405    405    405    login
/learn/<slug>/
  live                     GET   login  200    200    200    200    200    200    200    200    login
  live                     POST  login  200    200    200    200    200    200    200    200    login
  draft                    GET   login  404    404    200    200    404    404    404    404    login
  draft                    POST  login  404    404    200    200    404    404    404    404    login
  scheduled                GET   login  404    404    200    200    404    404    404    404    login
  scheduled                POST  login  404    404    200    200    404    404    404    404    login
  withdrawn                GET   login  200    404    200    200    404    404    404    404    login
  withdrawn                POST  login  200    404    200    200    404    404    404    404    login
  missing                  GET   login  404    404    404    404    404    404    404    404    login
  missing                  POST  login  404    404    404    404    404    404    404    404    login
/messages/
  -                        GET   login  200    200    403    403    403    403    403    403    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/messages/<message_id>/
  alice's                  GET   login  200    404    403    403    403    403    403    403    login
  alice's                  POST  login  302    404    403    403    403    403    403    403    login
  charlie's                GET   login  404    200    403    403    403    403    403    403    login
  charlie's                POST  login  404    302    403    403    403    403    403    403    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  404    404    403    403    403    403    403    403    login
/screening/
  -                        GET   login  302    302    403    403    403    403    403    403    login
  -                        POST  login  405    405    405    405    405    405    405    405    login
/screening/sent/<submission_id>/
  alice's                  GET   login  200    404    403    403    403    403    403    403    login
  alice's                  POST  login  405    405    405    405    405    405    405    405    login
  charlie's                GET   login  404    200    403    403    403    403    403    403    login
  charlie's                POST  login  405    405    405    405    405    405    405    405    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  405    405    405    405    405    405    405    405    login
/screening/sent/<submission_id>/download/
  alice's                  GET   login  again  404    403    403    403    403    403    403    login
  alice's                  POST  login  405    405    405    405    405    405    405    405    login
  charlie's                GET   login  404    again  403    403    403    403    403    403    login
  charlie's                POST  login  405    405    405    405    405    405    405    405    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  405    405    405    405    405    405    405    405    login
/screening/<questionnaire>/
  there                    GET   login  200    200    403    403    403    403    403    403    login
  there                    POST  login  302    302    403    403    403    403    403    403    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  404    404    403    403    403    403    403    403    login
/screening/<questionnaire>/check/
  there                    GET   login  200    200    403    403    403    403    403    403    login
  there                    POST  login  302    302    403    403    403    403    403    403    login
  missing                  GET   login  302    302    403    403    403    403    403    403    login
  missing                  POST  login  404    404    403    403    403    403    403    403    login
/screening/sent/<submission_id>/correct/
  alice's                  GET   login  302    404    403    403    403    403    403    403    login
  alice's                  POST  login  302    404    403    403    403    403    403    403    login
  charlie's                GET   login  404    302    403    403    403    403    403    403    login
  charlie's                POST  login  404    302    403    403    403    403    403    403    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  404    404    403    403    403    403    403    403    login
/screening/<questionnaire>/changes/
  there                    GET   login  302    302    403    403    403    403    403    403    login
  there                    POST  login  405    405    405    405    405    405    405    405    login
  missing                  GET   login  302    302    403    403    403    403    403    403    login
  missing                  POST  login  405    405    405    405    405    405    405    405    login
/screening/<questionnaire>/stop/
  there                    GET   login  302    302    403    403    403    403    403    403    login
  there                    POST  login  302    302    403    403    403    403    403    403    login
  missing                  GET   login  302    302    403    403    403    403    403    403    login
  missing                  POST  login  302    302    403    403    403    403    403    403    login
/screening/<questionnaire>/blank/
  there                    GET   login  200    200    403    403    403    403    403    403    login
  there                    POST  login  405    405    405    405    405    405    405    405    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  405    405    405    405    405    405    405    405    login
/screening/<questionnaire>/notice/<key>/
  there                    GET   login  200    200    403    403    403    403    403    403    login
  there                    POST  login  302    302    403    403    403    403    403    403    login
  missing page             GET   login  404    404    403    403    403    403    403    403    login
  missing page             POST  login  404    404    403    403    403    403    403    403    login
  missing                  GET   login  404    404    403    403    403    403    403    403    login
  missing                  POST  login  404    404    403    403    403    403    403    403    login
/screening/<questionnaire>/<section>/
  there                    GET   login  200    200    403    403    403    403    403    403    login
  there                    POST  login  302    302    403    403    403    403    403    403    login
  missing page             GET   login  404    404    403    403    403    403    403    403    login
  missing page             POST  login  404    404    403    403    403    403    403    403    login
  missing                  GET   login  302    302    403    403    403    403    403    403    login
  missing                  POST  login  302    302    403    403    403    403    403    403    login
/screening/<questionnaire>/<section>/save/
  there                    GET   login  405    405    405    405    405    405    405    405    login
  there                    POST  401    200    200    403    403    403    403    403    403    401
  missing page             GET   login  405    405    405    405    405    405    405    405    login
  missing page             POST  401    404    404    403    403    403    403    403    403    401
  missing                  GET   login  405    405    405    405    405    405    405    405    login
  missing                  POST  401    409    409    403    403    403    403    403    403    401
/review/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    405    405    403    403    login
/review/another/
  theirs                   GET   login  403    403    403    403    200    200    403    403    login
  theirs                   POST  login  403    403    403    403    302    302    403    403    login
  missing                  GET   login  403    403    403    403    200    200    403    403    login
  missing                  POST  login  403    403    403    403    422    422    403    403    login
/review/cover/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    422    422    403    403    login
/review/cover/hand-over/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    422    422    403    403    login
/review/cover/<cover_id>/end/
  theirs, now              GET   login  403    403    403    403    405    405    403    403    login
  theirs, now              POST  login  403    403    403    403    403    404    403    403    login
  surgeon's                GET   login  403    403    403    403    405    405    403    403    login
  surgeon's                POST  login  403    403    403    403    302    403    403    403    login
  second's                 GET   login  403    403    403    403    405    405    403    403    login
  second's                 POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/cover/hand-over/<care_id>/take-back/
  surgeon's                GET   login  403    403    403    403    405    405    403    403    login
  surgeon's                POST  login  403    403    403    403    302    404    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/assign/
  alice's                  GET   login  403    403    403    403    405    405    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    405    405    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/views/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    422    422    403    403    login
/review/views/<view_id>/remove/
  surgeon's                GET   login  403    403    403    403    405    405    403    403    login
  surgeon's                POST  login  403    403    403    403    302    404    403    403    login
  second's                 GET   login  403    403    403    403    405    405    403    403    login
  second's                 POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/enter/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    422    422    403    403    login
/review/enter/<attempt_id>/
  surgeon's                GET   login  403    403    403    403    302    404    403    403    login
  surgeon's                POST  login  403    403    403    403    405    405    403    403    login
  second's                 GET   login  403    403    403    403    404    302    403    403    login
  second's                 POST  login  403    403    403    403    405    405    403    403    login
  alice's own              GET   login  403    403    403    403    404    404    403    403    login
  alice's own              POST  login  403    403    403    403    405    405    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    405    405    403    403    login
/review/enter/<attempt_id>/check/
  surgeon's                GET   login  403    403    403    403    302    404    403    403    login
  surgeon's                POST  login  403    403    403    403    302    404    403    403    login
  second's                 GET   login  403    403    403    403    404    302    403    403    login
  second's                 POST  login  403    403    403    403    404    302    403    403    login
  alice's own              GET   login  403    403    403    403    404    404    403    403    login
  alice's own              POST  login  403    403    403    403    404    404    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/enter/<attempt_id>/discard/
  surgeon's                GET   login  403    403    403    403    405    405    403    403    login
  surgeon's                POST  login  403    403    403    403    302    404    403    403    login
  second's                 GET   login  403    403    403    403    405    405    403    403    login
  second's                 POST  login  403    403    403    403    404    302    403    403    login
  alice's own              GET   login  403    403    403    403    405    405    403    403    login
  alice's own              POST  login  403    403    403    403    404    404    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/enter/<attempt_id>/notice/<key>/
  surgeon's                GET   login  403    403    403    403    200    404    403    403    login
  surgeon's                POST  login  403    403    403    403    405    405    403    403    login
  second's                 GET   login  403    403    403    403    404    200    403    403    login
  second's                 POST  login  403    403    403    403    405    405    403    403    login
  alice's own              GET   login  403    403    403    403    404    404    403    403    login
  alice's own              POST  login  403    403    403    403    405    405    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    405    405    403    403    login
/review/enter/<attempt_id>/page/<section>/
  surgeon's                GET   login  403    403    403    403    200    404    403    403    login
  surgeon's                POST  login  403    403    403    403    302    404    403    403    login
  second's                 GET   login  403    403    403    403    404    200    403    403    login
  second's                 POST  login  403    403    403    403    404    302    403    403    login
  alice's own              GET   login  403    403    403    403    404    404    403    403    login
  alice's own              POST  login  403    403    403    403    404    404    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/to-call/
  -                        GET   login  403    403    403    403    200    200    403    403    login
  -                        POST  login  403    403    403    403    405    405    403    403    login
/review/to-call/<to_call_id>/
  alice's                  GET   login  403    403    403    403    302    404    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    404    302    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/figures/
  -                        GET   login  403    403    403    403    403    403    200    403    login
  -                        POST  login  403    403    403    403    403    403    405    403    login
/review/export/cases/
  -                        GET   login  403    403    403    403    again  again  403    403    login
  -                        POST  login  403    403    403    403    again  again  403    403    login
/review/export/case/<case_id>/
  alice's                  GET   login  403    403    403    403    again  404    403    403    login
  alice's                  POST  login  403    403    403    403    again  404    403    403    login
  charlie's                GET   login  403    403    403    403    404    again  403    403    login
  charlie's                POST  login  403    403    403    403    404    again  403    403    login
  nobody's                 GET   login  403    403    403    403    again  again  403    403    login
  nobody's                 POST  login  403    403    403    403    again  again  403    403    login
  ended                    GET   login  403    403    403    403    404    again  403    403    login
  ended                    POST  login  403    403    403    403    404    again  403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/export/<export_id>/
  surgeon's                GET   login  403    403    403    403    200    404    403    403    login
  surgeon's                POST  login  403    403    403    403    405    405    403    403    login
  second's                 GET   login  403    403    403    403    404    200    403    403    login
  second's                 POST  login  403    403    403    403    405    405    403    403    login
  surgeon's, ended         GET   login  403    403    403    403    404    404    403    403    login
  surgeon's, ended         POST  login  403    403    403    403    405    405    403    403    login
  surgeon's, expired       GET   login  403    403    403    403    410    404    403    403    login
  surgeon's, expired       POST  login  403    403    403    403    405    405    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    405    405    403    403    login
/review/export/<export_id>/file/
  surgeon's                GET   login  403    403    403    403    200    404    403    403    login
  surgeon's                POST  login  403    403    403    403    405    405    403    403    login
  second's                 GET   login  403    403    403    403    404    200    403    403    login
  second's                 POST  login  403    403    403    403    405    405    403    403    login
  surgeon's, ended         GET   login  403    403    403    403    404    404    403    403    login
  surgeon's, ended         POST  login  403    403    403    403    405    405    403    403    login
  surgeon's, expired       GET   login  403    403    403    403    410    404    403    403    login
  surgeon's, expired       POST  login  403    403    403    403    405    405    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    405    405    403    403    login
/review/alerts/<alert_id>/
  alice's                  GET   login  403    403    403    403    200    200    403    403    login
  alice's                  POST  login  403    403    403    403    302    302    403    403    login
  charlie's                GET   login  403    403    403    403    200    200    403    403    login
  charlie's                POST  login  403    403    403    403    302    302    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/<case_id>/
  alice's                  GET   login  403    403    403    403    200    404    403    403    login
  alice's                  POST  login  403    403    403    403    405    405    403    403    login
  charlie's                GET   login  403    403    403    403    404    200    403    403    login
  charlie's                POST  login  403    403    403    403    405    405    403    403    login
  nobody's                 GET   login  403    403    403    403    200    200    403    403    login
  nobody's                 POST  login  403    403    403    403    405    405    403    403    login
  ended                    GET   login  403    403    403    403    404    200    403    403    login
  ended                    POST  login  403    403    403    403    405    405    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    405    405    403    403    login
  covered                  GET   login  403    403    403    403    200    404    403    403    login
  covered                  POST  login  403    403    403    403    405    405    403    403    login
  opened                   GET   login  403    403    403    403    200    404    403    403    login
  opened                   POST  login  403    403    403    403    405    405    403    403    login
  expired                  GET   login  403    403    403    403    404    404    403    403    login
  expired                  POST  login  403    403    403    403    405    405    403    403    login
  joined                   GET   login  403    403    403    403    200    404    403    403    login
  joined                   POST  login  403    403    403    403    405    405    403    403    login
/review/<case_id>/results/
  alice's                  GET   login  403    403    403    403    200    404    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  alice's, stale           GET   login  403    403    403    403    200    404    403    403    login
  alice's, stale           POST  login  403    403    403    403    409    404    403    403    login
  alice's, no such result  GET   login  403    403    403    403    200    404    403    403    login
  alice's, no such result  POST  login  403    403    403    403    404    404    403    403    login
  charlie's                GET   login  403    403    403    403    404    200    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  nobody's                 GET   login  403    403    403    403    200    200    403    403    login
  nobody's                 POST  login  403    403    403    403    302    302    403    403    login
  ended                    GET   login  403    403    403    403    404    200    403    403    login
  ended                    POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/<case_id>/take/
  alice's                  GET   login  403    403    403    403    405    405    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    405    405    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  nobody's                 GET   login  403    403    403    403    405    405    403    403    login
  nobody's                 POST  login  403    403    403    403    409    409    403    403    login
  ended                    GET   login  403    403    403    403    405    405    403    403    login
  ended                    POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    405    405    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
/review/<case_id>/findings/<criterion>/
  alice's                  GET   login  403    403    403    403    302    404    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    404    302    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  nobody's                 GET   login  403    403    403    403    302    302    403    403    login
  nobody's                 POST  login  403    403    403    403    302    302    403    403    login
  ended                    GET   login  403    403    403    403    404    302    403    403    login
  ended                    POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
  alice's, stale           GET   login  403    403    403    403    302    404    403    403    login
  alice's, stale           POST  login  403    403    403    403    409    404    403    403    login
  alice's, nothing         GET   login  403    403    403    403    302    404    403    403    login
  alice's, nothing         POST  login  403    403    403    403    404    404    403    403    login
/review/<case_id>/decide/
  alice's                  GET   login  403    403    403    403    302    302    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    302    302    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  nobody's                 GET   login  403    403    403    403    302    302    403    403    login
  nobody's                 POST  login  403    403    403    403    302    302    403    403    login
  ended                    GET   login  403    403    403    403    302    302    403    403    login
  ended                    POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    302    302    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
  alice's, stale           GET   login  403    403    403    403    302    302    403    403    login
  alice's, stale           POST  login  403    403    403    403    409    404    403    403    login
/review/<case_id>/message/
  alice's                  GET   login  403    403    403    403    200    404    403    403    login
  alice's                  POST  login  403    403    403    403    302    404    403    403    login
  charlie's                GET   login  403    403    403    403    404    200    403    403    login
  charlie's                POST  login  403    403    403    403    404    302    403    403    login
  nobody's                 GET   login  403    403    403    403    200    200    403    403    login
  nobody's                 POST  login  403    403    403    403    302    302    403    403    login
  ended                    GET   login  403    403    403    403    404    200    403    403    login
  ended                    POST  login  403    403    403    403    404    302    403    403    login
  missing                  GET   login  403    403    403    403    404    404    403    403    login
  missing                  POST  login  403    403    403    403    404    404    403    403    login
  alice's, stale           GET   login  403    403    403    403    200    404    403    403    login
  alice's, stale           POST  login  403    403    403    403    409    404    403    403    login
/admin/
  -                        GET   login  403    403    200    200    403    403    403    200    login
  -                        POST  login  403    403    200    200    403    403    403    200    login
/admin/login/
  -                        GET   login  403    403    login  login  403    403    403    login  login
  -                        POST  login  403    403    login  login  403    403    403    login  login
/admin/logout/
  -                        GET   login  403    403    302    302    403    403    403    302    login
  -                        POST  login  403    403    302    302    403    403    403    302    login
/admin/password_change/
  -                        GET   login  403    403    302    302    403    403    403    302    login
  -                        POST  login  403    403    302    302    403    403    403    302    login
/admin/password_change/done/
  -                        GET   login  403    403    200    200    403    403    403    200    login
  -                        POST  login  403    403    405    405    403    403    403    405    login
/admin/autocomplete/
  -                        GET   login  403    403    403    403    403    403    403    403    login
  -                        POST  login  403    403    405    405    403    403    403    405    login
  care's patients          GET   login  403    403    403    403    403    403    403    200    login
  care's patients          POST  login  403    403    405    405    403    403    403    405    login
/admin/jsi18n/
  -                        GET   login  403    403    200    200    403    403    403    200    login
  -                        POST  login  403    403    405    405    403    403    403    405    login
/admin/r/<content_type_id>/<object_id>/
  a case                   GET   login  403    403    404    404    403    403    403    404    login
  a case                   POST  login  403    403    404    404    403    403    403    404    login
  missing                  GET   login  403    403    404    404    403    403    403    404    login
  missing                  POST  login  403    403    404    404    403    403    403    404    login
/admin/<app_label>/
  education                GET   login  403    403    200    200    403    403    403    404    login
  education                POST  login  403    403    200    200    403    403    403    404    login
  screening                GET   login  403    403    200    200    403    403    403    404    login
  screening                POST  login  403    403    200    200    403    403    403    404    login
  accounts                 GET   login  403    403    404    404    403    403    403    200    login
  accounts                 POST  login  403    403    404    404    403    403    403    200    login
  account                  GET   login  403    403    404    404    403    403    403    404    login
  account                  POST  login  403    403    404    404    403    403    403    404    login
  mfa                      GET   login  403    403    404    404    403    403    403    404    login
  mfa                      POST  login  403    403    404    404    403    403    403    404    login
/admin/<url>
  screening/case           GET   login  403    403    404    404    403    403    403    404    login
  screening/case           POST  login  403    403    404    404    403    403    403    404    login
  screening/submission     GET   login  403    403    404    404    403    403    403    404    login
  screening/submission     POST  login  403    403    404    404    403    403    403    404    login
  accounts/patientprofile  GET   login  403    403    404    404    403    403    403    404    login
  accounts/patientprofile  POST  login  403    403    404    404    403    403    403    404    login
  ledger/accessrecord      GET   login  403    403    404    404    403    403    403    404    login
  ledger/accessrecord      POST  login  403    403    404    404    403    403    403    404    login
  missing                  GET   login  403    403    404    404    403    403    403    404    login
  missing                  POST  login  403    403    404    404    403    403    403    404    login
/healthz
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
/readyz
  -                        GET   200    200    200    200    200    200    200    200    200    200
  -                        POST  405    405    405    405    405    405    405    405    405    405
"""

# The pages of a model in the administration, for those whom it lets in; the others are led to the login, or get 403.
# Where somebody may see all rows there is nothing to hide: for a missing one they are sent to the first page, with a
# sentence. The "old address" of a row leads everyone to its change page, which answers for itself.
PAGES = """
                                     GET                 POST
                                     editor approv admin editor approv admin
writing
  changelist          -              200    200    403   200    200    403
  add                 -              200    200    403   200    200    403
  history             there          200    200    403   200    200    403
  history             missing        302    302    403   302    302    403
  delete              there          200    200    403   302    302    403
  delete              missing        302    302    403   302    302    403
  change              there          200    200    403   200    200    403
  change              missing        302    302    403   302    302    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
rows
  changelist          -              200    200    403   200    200    403
  add                 -              200    200    403   200    200    403
  history             there          200    200    403   200    200    403
  history             missing        302    302    403   302    302    403
  delete              there          200    200    403   409    409    403
  delete              missing        302    302    403   302    302    403
  move                there          405    405    403   409    409    403
  move                missing        405    405    403   404    404    403
  duplicate           there          405    405    403   409    409    403
  duplicate           missing        405    405    403   404    404    403
  change              there          200    200    403   409    409    403
  change              missing        302    302    403   302    302    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
drafting
  upload              -              200    200    403   422    422    403
  import              there          200    200    403   422    422    403
  import              missing        404    404    403   404    404    403
  export              there          200    200    403   405    405    403
  export              missing        404    404    403   405    405    403
  export_draft        there          200    200    403   405    405    403
  export_draft        missing        404    404    403   405    405    403
  export_edition      there          200    200    403   405    405    403
  export_edition      missing        404    404    403   405    405    403
  translations        there          200    200    403   405    405    403
  translations        missing        404    404    403   405    405    403
  translation         there          200    200    403   302    302    403
  translation         missing        404    404    403   404    404    403
  translation_part    there          200    200    403   302    302    403
  translation_part    missing        404    404    403   404    404    403
  thresholds          there          200    200    403   200    200    403
  thresholds          missing        404    404    403   404    404    403
  preview             there          200    200    403   302    302    403
  preview             missing        404    404    403   404    404    403
  preview_page        there          200    200    403   422    422    403
  preview_page        missing        404    404    403   404    404    403
  preview_notice      there          200    200    403   302    302    403
  preview_notice      missing        404    404    403   404    404    403
  preview_check       there          200    200    403   302    302    403
  preview_check       missing        404    404    403   404    404    403
  preview_outcome     there          200    200    403   422    422    403
  preview_outcome     missing        404    404    403   404    404    403
  samples             there          200    200    403   302    302    403
  samples             missing        404    404    403   404    404    403
  sample_add          there          200    200    403   422    422    403
  sample_add          missing        404    404    403   404    404    403
  sample              there          200    200    403   422    422    403
  sample              missing        404    404    403   404    404    403
  impact              there          200    200    403   302    302    403
  impact              missing        404    404    403   404    404    403
  impact_run          there          200    200    403   405    405    403
  impact_run          missing        404    404    403   405    405    403
  editions            there          200    200    403   200    200    403
  editions            missing        404    404    403   404    404    403
  compare             there          200    200    403   405    405    403
  compare             missing        404    404    403   405    405    403
  edition             there          200    200    403   200    200    403
  edition             missing        404    404    403   404    404    403
  submit              there          200    200    403   302    302    403
  submit              other state    200    200    403   409    409    403
  submit              missing        404    404    403   404    404    403
  approve             there          403    200    403   403    302    403
  approve             other state    403    200    403   403    409    403
  approve             missing        403    404    403   403    404    403
  approve-publish     there          403    200    403   403    302    403
  approve-publish     other state    403    200    403   403    409    403
  approve-publish     missing        403    404    403   403    404    403
  send-back           there          403    200    403   403    302    403
  send-back           other state    403    200    403   403    409    403
  send-back           missing        403    404    403   403    404    403
  publish             there          403    200    403   403    302    403
  publish             other state    403    200    403   403    409    403
  publish             missing        403    404    403   403    404    403
  edition_withdraw    there          403    200    403   403    302    403
  edition_withdraw    missing        403    404    403   403    404    403
  edition_retire      there          403    200    403   403    302    403
  edition_retire      missing        403    404    403   403    404    403
  edition_restore     there          200    200    403   302    302    403
  edition_restore     missing        404    404    403   404    404    403
  changelist          -              200    200    403   200    200    403
  add                 -              200    200    403   200    200    403
  history             there          200    200    403   200    200    403
  history             missing        302    302    403   302    302    403
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          200    200    403   409    409    403
  change              missing        302    302    403   302    302    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
accounts
  replace             there          403    403    200   403    403    422
  replace             missing        403    403    302   403    403    302
  preview             -              403    403    405   403    403    422
  changelist          -              403    403    200   403    403    200
  add                 -              403    403    200   403    403    200
  history             there          403    403    200   403    403    200
  history             missing        403    403    302   403    403    302
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          403    403    200   403    403    200
  change              missing        403    403    302   403    403    302
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
words
  preview             -              405    405    403   422    422    403
  changelist          -              200    200    403   200    200    403
  add                 -              200    200    403   200    200    403
  history             there          200    200    403   200    200    403
  history             missing        302    302    403   302    302    403
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          200    200    403   200    200    403
  change              missing        302    302    403   302    302    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
practice
  changelist          -              403    403    200   403    403    200
  add                 -              403    403    403   403    403    403
  history             there          403    403    200   403    403    200
  history             missing        403    403    302   403    403    302
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          403    403    200   403    403    200
  change              missing        403    403    302   403    403    302
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
to read
  join                -              403    403    200   403    403    422
  part                there          403    403    200   403    403    302
  part                missing        403    403    404   403    403    404
  changelist          -              403    403    200   403    403    200
  add                 -              403    403    403   403    403    403
  history             there          403    403    200   403    403    200
  history             missing        403    403    302   403    403    302
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          403    403    200   403    403    403
  change              missing        403    403    302   403    403    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
closed
  changelist          -              403    403    403   403    403    403
  add                 -              403    403    403   403    403    403
  history             there          403    403    403   403    403    403
  history             missing        403    403    403   403    403    403
  delete              there          403    403    403   403    403    403
  delete              missing        403    403    403   403    403    403
  change              there          403    403    403   403    403    403
  change              missing        403    403    403   403    403    403
  old address         there          302    302    302   302    302    302
  old address         missing        302    302    302   302    302    302
"""

POLICIES = {
    "education/article": "drafting",
    "education/topic": "writing",
    "screening/questionnaire": "drafting",
    "screening/messagetemplate": "words",
    **{
        f"screening/{rows}": "rows"
        for rows in [
            "section",
            "question",
            "threshold",
            "calculation",
            "criterion",
            "rule",
            "urgentrule",
            "extra",
            "notice",
            "investigation",
        ]
    },
    "accounts/user": "accounts",
    "accounts/care": "accounts",
    "accounts/cover": "accounts",
    "accounts/emergencyaccess": "to read",
    "accounts/joinedrecord": "to read",
    "accounts/contact": "accounts",
    "accounts/country": "accounts",
    "accounts/noticetext": "accounts",
    "accounts/practice": "practice",
    # Nobody's: frozen texts are read on their draft's pages, and these two come with the login.
    "education/articleedition": "closed",
    "screening/questionnaireedition": "closed",
    "account/emailaddress": "closed",
    "mfa/authenticator": "closed",
}

Cells = tuple[str, ...]


Rows = dict[tuple[str, str, str], Cells]  # (place, what is asked for, method)


def _lines(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(the last line at the margin, what is asked for or page with it, the words behind) of each line."""
    head = ""
    for line in text.strip("\n").splitlines():
        if not line.startswith(" "):
            head = line
        elif head:
            name, *words = re.split(r"\s{2,}", line.strip())
            yield head, name, words


def _read_site() -> Rows:
    return {(head, name.strip("-"), method): tuple(cells) for head, name, (method, *cells) in _lines(SITE)}


def _read_pages() -> Rows:
    rows: Rows = {}
    for policy, page, (name, *cells) in _lines(PAGES):
        rows[f"{policy} {page}", name.strip("-"), "GET"] = tuple(cells[:3])
        rows[f"{policy} {page}", name.strip("-"), "POST"] = tuple(cells[3:])
    return rows


_site, _pages = _read_site(), _read_pages()


def _of_staff(cells: Cells) -> Cells:
    """The whole row of a page of the administration."""
    staff = dict(zip(STAFF, cells, strict=True))
    outside = {"anonymous": "login", "disabled": "login"}
    return tuple(staff.get(role) or outside.get(role, "403") for role in ROLES)


def on_site(place: str) -> Iterator[tuple[str, str, Cells]]:
    """(what is asked for, method, cells) at an address."""
    return ((name, method, cells) for (at, name, method), cells in _site.items() if at == place)


def in_administration(model: str, view: str) -> Iterator[tuple[str, str, Cells]]:
    """The same at a page of a model, given as app/model. KeyError where it has no policy."""
    page = f"{POLICIES[model]} {view}"
    return ((name, method, _of_staff(cells)) for (at, name, method), cells in _pages.items() if at == page)


def places() -> set[str]:
    """All addresses outside of the models' pages."""
    return {at for at, _name, _method in _site}
