//! Questions and code of the server: asked one at a time, answered once.

use super::*;
use crate::protocol::chat::question::{Decision, Entry};

fn ask(client: &mut Client, id: &str, interaction: &str) -> Update {
    call(client, id, "input", json!({"title": "Name?", "interaction_id": interaction}))
}

fn shown(client: &Client) -> Option<QuestionId> {
    client.question().map(|open| open.id)
}

fn accept(client: &mut Client) -> Update {
    let id = shown(client).expect("a question");
    client.update(Input::User(User::Decide(id, Decision::Accept(vec![]))))
}

fn fill(client: &mut Client, text: &str) {
    let id = shown(client).expect("a question");
    client.update(Input::User(User::Fill(id, 0, Entry::Text(text.into()))));
}

#[test]
fn questions_wait_for_each_other_and_each_answer_goes_to_the_one_that_was_shown() {
    let mut client = in_chat();
    call(&mut client, "1", "confirmation", json!({"title": "First", "interaction_id": "i1"}));
    call(&mut client, "2", "confirmation", json!({"title": "Second", "interaction_id": "i2"}));
    assert_eq!(acks(&accept(&mut client)), [("1", &json!(true))]);
    let second = shown(&client).expect("the second");
    let update = client.update(Input::User(User::Decide(second, Decision::Cancel)));
    assert_eq!(acks(&update), [("2", &json!(false))]);
    assert_eq!(acks(&client.update(Input::User(User::Decide(second, Decision::Cancel)))), []);
}

#[test]
fn a_question_stays_through_a_lost_connection_with_what_was_typed() {
    let mut client = in_chat();
    ask(&mut client, "1", "i1");
    fill(&mut client, "half");
    client.update(Input::Socket(Socket::Lost("x".into())));
    fill(&mut client, "half a name");
    client.update(Input::Socket(Socket::Connected("sid2".into())));
    ask(&mut client, "2", "i1");
    assert_eq!(client.questions.open.len(), 1);
    assert_eq!(acks(&accept(&mut client)), [("2", &json!("half a name"))]);
}

#[test]
fn an_answer_that_was_given_without_a_connection_is_sent_when_it_is_asked_again() {
    let mut client = in_chat();
    ask(&mut client, "1", "i1");
    client.update(Input::Socket(Socket::Lost("x".into())));
    fill(&mut client, "Ada");
    assert_eq!(acks(&accept(&mut client)), []);
    client.update(Input::Socket(Socket::Connected("sid2".into())));
    assert_eq!(acks(&ask(&mut client, "2", "i1")), [("2", &json!("Ada"))]);
    assert_eq!(shown(&client), None);
}

#[test]
fn a_question_that_is_not_asked_again_goes_unless_something_was_typed() {
    for typed in [false, true] {
        let mut client = in_chat();
        ask(&mut client, "1", "i1");
        if typed {
            fill(&mut client, "a long text");
        }
        client.update(Input::Socket(Socket::Lost("x".into())));
        let update = client.update(Input::Socket(Socket::Connected("sid2".into())));
        let id = shown(&client).expect("it");
        assert!(update.effects.contains(&Effect::Wake(Timer::Resume(id), 10_000)));
        client.update(Input::Woken(Timer::Resume(id)));
        assert_eq!(client.question().map(|open| open.state.clone()), typed.then_some(Waiting::Nobody));
    }
}

#[test]
fn a_question_that_is_over_closes_without_an_answer() {
    let mut client = in_chat();
    ask(&mut client, "1", "i1");
    ask(&mut client, "2", "i2");
    let update = emitted(&mut client, "request:interaction:done", json!({"interaction_id": "i1"}));
    assert_eq!(acks(&update), []);
    assert_eq!(acks(&accept(&mut client)), [("2", &json!(""))]);
}

#[test]
fn a_question_of_another_chat_waits_and_is_answered_there() {
    let mut client = in_chat();
    let other = event("other", "m", "confirmation", json!({"title": "There", "interaction_id": "i9"}));
    client.update(Input::Socket(Socket::Event(other, Some("9".into()))));
    assert_eq!((shown(&client), client.asking_elsewhere()), (None, vec!["other".into()]));
    assert_eq!(client.notices[0].chat, Some("other".into()));
    client.update(Input::User(User::OpenChat("other".into())));
    assert_eq!(acks(&accept(&mut client)), [("9", &json!(true))]);
}

#[test]
fn a_stopped_turn_answers_what_it_asked_with_no() {
    let mut client = in_chat();
    ask(&mut client, "1", "i1");
    assert_eq!(acks(&emitted(&mut client, "chat:tasks:cancel", Value::Null)), [("1", &json!(false))]);
}

#[test]
fn a_field_that_is_not_filled_in_well_keeps_the_question_open() {
    let mut client = in_chat();
    let schema = json!({"properties": {"n": {"type": "integer"}}, "required": ["n"]});
    call(
        &mut client,
        "1",
        "request:elicitation",
        json!({"mode": "form", "requestedSchema": schema, "interaction_id": "i"}),
    );
    assert_eq!(acks(&accept(&mut client)), []);
    assert!(client.question().is_some_and(|open| open.problem.is_some()));
    fill(&mut client, "7");
    assert_eq!(acks(&accept(&mut client))[0].1["content"]["n"], 7);
}

#[test]
fn code_of_the_server_is_shown_first_and_runs_without_rights_only_when_allowed() {
    let mut client = in_chat();
    assert_eq!(call(&mut client, "1", "execute", json!({"code": "return 1", "policy": "page"})).effects.len(), 1);
    let update = accept(&mut client);
    let run = Effect::Execute { call: "1".into(), code: "return 1".into(), in_page: false };
    assert_eq!(update.effects, [run]);
    let update = client.update(Input::Executed("1".into(), Ok(json!(1))));
    assert_eq!(acks(&update), [("1", &json!(1))]);
    assert_eq!(acks(&client.update(Input::Executed("1".into(), Ok(json!(2))))), []);

    call(&mut client, "2", "execute", json!({"code": "return 2"}));
    let id = shown(&client).expect("it");
    assert!(acks(&client.update(Input::Woken(Timer::Question(id))))[0].1["error"].is_string());

    call(&mut client, "3", "execute", json!({"code": "return 3"}));
    let id = shown(&client).expect("it");
    client.update(Input::User(User::TrustSandbox(id)));
    let update = call(&mut client, "4", "execute", json!({"code": "return 4"}));
    assert!(matches!(&update.effects[..], [Effect::Execute { in_page: false, .. }]));
}

#[test]
fn the_policy_is_the_owners_and_code_of_shared_closed_or_deaf_events_never_runs() {
    for (policy, runs) in
        [(ExecutePolicy::Deny, None), (ExecutePolicy::Sandbox, Some(false)), (ExecutePolicy::Page, Some(true))]
    {
        let mut client = in_chat();
        client.policy = policy;
        let update = call(&mut client, "1", "execute", json!({"code": "1"}));
        let ran = update.effects.iter().find_map(|effect| match effect {
            Effect::Execute { in_page, .. } => Some(*in_page),
            _ => None,
        });
        assert_eq!((ran, acks(&update).len()), (runs, usize::from(runs.is_none())));
        emitted(&mut client, "execute", json!({"code": "1"}));
        let mut shared = event("c", "a", "execute", json!({"code": "1"}));
        shared["shared"] = json!(true);
        let shared = client.update(Input::Socket(Socket::Event(shared, Some("2".into()))));
        let closed = event("other", "m", "execute", json!({"code": "1"}));
        let closed = client.update(Input::Socket(Socket::Event(closed, Some("3".into()))));
        for update in [shared, closed] {
            assert!(matches!(&update.effects[..], [Effect::Ack(_, answer)] if answer["error"].is_string()));
        }
    }
}

#[test]
fn what_code_asks_for_is_decided_by_the_person_and_dies_with_the_code() {
    let mut client = in_chat();
    client.policy = ExecutePolicy::Sandbox;
    call(&mut client, "1", "execute", json!({"code": "1"}));
    let wish = |id| Input::Capability {
        call: "1".into(),
        id,
        name: json!("open"),
        args: json!({"url": "https://example.com/"}),
        data: None,
    };
    assert_eq!(client.update(wish(1)).effects, []);
    assert_eq!(
        accept(&mut client).effects,
        [Effect::OpenPage("https://example.com/".into()), Effect::Capability("1".into(), 1, Ok(json!(true))),]
    );
    client.update(wish(2));
    client.update(Input::Executed("1".into(), Ok(json!(null))));
    assert_eq!(shown(&client), None);
    assert_eq!(client.update(wish(3)).effects, []);
}

#[test]
fn many_questions_are_bounded_and_the_rest_is_answered() {
    let mut client = in_chat();
    let answered: usize = (0..500).map(|n| acks(&ask(&mut client, &format!("c{n}"), &format!("i{n}"))).len()).sum();
    assert_eq!((answered, client.questions.open.len()), (480, 20));
}

proptest! {
    #[test]
    fn no_order_of_questions_losses_and_decisions_answers_a_call_twice_or_leaves_one_open(
        acts in prop::collection::vec((0..7u8, 0..4usize), 0..60)
    ) {
        let mut client = in_chat();
        let mut open = BTreeSet::new();
        let mut made = 0;
        for (act, n) in acts {
            let update = match act {
                0 | 1 => {
                    made += 1;
                    open.insert(format!("c{made}"));
                    ask(&mut client, &format!("c{made}"), &format!("i{n}"))
                }
                2 => match shown(&client) {
                    Some(id) => client.update(Input::User(User::Decide(id, Decision::Accept(vec![])))),
                    None => Update::default(),
                },
                3 => {
                    let done = emitted(&mut client, "request:interaction:done", json!({"interaction_id": format!("i{n}")}));
                    let waiting: BTreeSet<_> = client.questions.open.iter().filter_map(|open| match &open.state {
                        Waiting::Call(call) => Some(call.0.clone()),
                        _ => None,
                    }).collect();
                    open.retain(|id| waiting.contains(id));
                    done
                }
                4 => {
                    open.clear();
                    client.update(Input::Socket(Socket::Lost("x".into())))
                }
                5 => client.update(Input::Socket(Socket::Connected("sid".into()))),
                _ => client.update(Input::Woken(Timer::Resume(n as u32))),
            };
            for (id, _) in acks(&update) {
                prop_assert!(open.remove(id), "{} was answered twice, or after it was void", id);
            }
        }
        client.update(Input::Socket(Socket::Connected("sid".into())));
        while let Some(id) = shown(&client) {
            let update = client.update(Input::User(User::Decide(id, Decision::Cancel)));
            for (id, _) in acks(&update) {
                prop_assert!(open.remove(id));
            }
            if matches!(client.question(), Some(question) if question.id == id) {
                client.update(Input::Woken(Timer::Resume(id)));
                client.update(Input::User(User::Decide(id, Decision::Cancel)));
            }
        }
        prop_assert!(open.is_empty(), "left open: {:?}", open);
    }
}
