//! In which language people are spoken to, and which words are not for people.

use super::*;
use crate::language::{Language, speaking};
use crate::protocol::chat::question::Decision;

/// What a person is told of code in a chat that is none yet, of a question, and of what is wrong with its answer.
fn told() -> [String; 3] {
    let mut client = connected();
    client.update(Input::User(User::Run { place: RunPlace(1), message: "a".into(), code: "1".into() }));
    let notice = client.notices[0].text.clone();
    let mut client = in_chat();
    let number = json!({"properties": {"age": {"type": "integer"}}, "required": ["age"]});
    call(&mut client, "1", "request:elicitation", json!({"mode": "form", "requestedSchema": number}));
    let id = client.question().expect("a question").id;
    client.update(Input::User(User::Decide(id, Decision::Accept(Vec::new()))));
    let open = client.question().expect("it is still asked");
    let What::Form(question) = &open.what else { panic!("a form") };
    let (_, problem) = open.problem.clone().expect("it is not filled in");
    [notice, question.title.clone(), problem]
}

#[test]
fn who_reads_chinese_is_told_in_chinese_what_others_are_told_in_english() {
    assert_eq!(
        told(),
        ["This code can run as soon as the server has made the chat.", "A server asks", "Please fill this in."]
    );
    assert_eq!(
        speaking(Language::Chinese, told),
        ["服务器创建对话后，就可以运行这段代码。", "一个服务器提问", "请填写此项。"]
    );
}

#[test]
fn a_server_and_its_model_are_answered_in_english_whatever_the_person_reads() {
    let answers = || {
        let mut client = connected();
        let update = call(&mut client, "1", "my:rpc", json!(null));
        acks(&update)[0].1["error"].clone()
    };
    assert_eq!(speaking(Language::Chinese, answers), answers());
}

#[test]
fn what_a_server_says_stays_as_it_is_beside_words_of_ours() {
    let client = speaking(Language::Chinese, || {
        let mut client = in_chat();
        client.update(refused(ReplyTo::Stop, 500));
        client.update(Input::User(User::NotSaved("a.png".into(), "Full.".into())));
        client
    });
    let texts: Vec<_> = client.notices.iter().map(|notice| notice.text.as_str()).collect();
    assert_eq!(texts, ["无法停止这一轮对话：no", "无法保存 a.png：Full."]);
}
