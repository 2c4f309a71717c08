"""What an opinion stands on, counted again by the database that keeps it.

Lives here: the hash over kind, party, amount, proposed decision and the digests of the materials,
from the rows: as a function of the server, and for SQLite. Must not: what it is compared with; the
definition of the text is `application.review.materials_digest`, and both come to the same hash.
"""

import sqlite3

from sanzhi_desktop.application.papers import digest
from sanzhi_desktop.persistence.stored_json import read_object


def digest_function(safe: str) -> str:
    """CREATE FUNCTION app.materials_digest: the canonical JSON put together as text."""
    return f"""create function app.materials_digest(p_office integer, p_case text) returns text
language plpgsql stable {safe} as $$
declare v_materials text; v_text text;
begin
  select coalesce(string_agg(format('[%s,%s]', to_json(m.name), to_json(m.sha256)), ','
           order by m.name collate "C", m.sha256 collate "C"), '')
    into v_materials from material m where m.office_id = p_office and m.case_id = p_case;
  select format('{{"amount_fen":%s,"decision":%s,"kind":%s,"materials":[%s],"party":[%s,%s]}}',
      k.amount_fen, to_json(coalesce(k.submission::jsonb ->> 'proposed_decision', '')),
      to_json(k.kind), v_materials, to_json(k.party_name), to_json(k.party_number))
    into v_text from case_ k where k.office_id = p_office and k.case_id = p_case;
  return encode(sha256(convert_to(v_text, 'UTF8')), 'hex');
end $$;"""


def embedded_digest(db: sqlite3.Connection, office_id: int, case_id: str) -> str:
    """The same on one PC; "" where there is no such case."""
    where = " where office_id = ? and case_id = ?"
    columns = "kind, party_name, party_number, amount_fen, submission"
    row = db.execute(f"select {columns} from case_{where}", (office_id, case_id)).fetchone()
    if row is None:
        return ""
    kind, name, number, amount_fen, submission = row
    materials = db.execute(f"select name, sha256 from material{where}", (office_id, case_id))
    return digest(
        {
            "kind": kind,
            "party": [name, number],
            "amount_fen": amount_fen,
            "decision": read_object(submission).get("proposed_decision", ""),
            "materials": sorted(materials.fetchall()),
        }
    )
