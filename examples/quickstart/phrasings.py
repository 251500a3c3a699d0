"""What customers write. Each line is one phrasing; {...} is filled from SLOTS. Grouped by what the ticket really is and by how
plain it is: a strong phrasing leaves no doubt, a weak one hints. The rules were not made from this list line by line: they
name turns of speech ("how do I"), and the traps below use the same turns in tickets that mean something else."""

SLOTS = {
    "service": ["Caller Tunes", "Cloud Backup", "Kids Guard", "Music Pass", "Roaming Plus", "Family Share", "Spam Shield", "Video Hub"],
    "device": ["my phone", "my tablet", "the new handset", "my old phone", "the router", "my watch", "my second phone"],
    "day": ["yesterday", "on Monday", "last week", "this morning", "two days ago", "since Friday"],
    "app": ["the app", "the MyLine app", "your web page", "the self-care portal"],
    "amount": ["4.99", "12.50", "7.00", "19.90", "2.49"],
}

OPENINGS = ["", "", "", "Hello, ", "Hi, ", "Good morning, ", "Hi team, ", "Dear support, ", "Hello again, ", "Hi there - "]
CLOSINGS = ["", "", "", " Thanks.", " Regards, a customer", " Please advise.", " Best wishes", " Many thanks in advance!", " Thx"]
SUBJECTS = ["Question", "My account", "Help", "Urgent", "Request from the portal", "Contract", "No subject", "{service}", "Problem", "Feedback"]

# name: (truth, label at the source, {phrasing: ...}); counts are in generate.py
HOW_TO = """
How do I switch {service} on?
how do i turn off {service} on {device}
Now how can I move {service} to {device}?
How can we both use {service} with one contract?
How do I change the PIN of the SIM in {device}?
Could you tell me how to install {app} on {device}?
I would like to know how to set a limit for my daughter.
Please let me know how to pause {service} while I travel.
Tell me how to forward calls to {device}.
how to   record a new greeting for the mailbox
How would I see my data use in {app}?
How should I enter the access point on {device}?
How do I get {service} back after the update {day}?
How can I check what is left of my data?
How do I read the codes that {app} shows?
Where do I find the switch for {service}?
Where can I find the serial number of {device}?
Where do I enter the voucher code in {app}?
Where can I see which services are active?
In which menu is {service} hidden now?
Which menu do I open to change the ring tone?
Can you walk me through activating {service}?
Please send me step by step instructions for {device}.
I need instructions for moving my contacts to {device}.
Is there a manual for {service}?
Is there a guide for setting up mail on {device}?
Please explain how {service} works with {device}.
Can you show me how the hotspot works?
Is there a way to hide my number for one call?
Is there a way to share {service} with my wife?
What is the way to reset {app}?
What do I have to press to hear the mailbox?
What are the steps to activate an eSIM on {device}?
Which steps are needed to change the language of {app}?
I don’t want to complain, I just want to know how to stop {service}.
This is not a complaint! How do I change the tone of {service}?
No complaint at all, only: how can I update {app}?
Your colleague filed a complaint for me {day}, but I only asked how to activate {service}.
Sorry if I sounded annoyed {day}. How do I mute {service} at night?
My problem is simple: how do I pair {device} with the car?
Bad signal in the cellar, so how can I use calls over wifi on {device}?
It stopped working when I changed {device}. How do I register it again?
The refund came, all good. Now how do I order {service} again?
I was charged correctly, but where can I see the receipt in {app}?
I lost the letter. How can I get a new password for {app}?
Error 12 appears in {app}, how do I clear it?
The charge is fine. Is there a way to see it in {app}?
Wie kann ich {service} auf dem Tablet einschalten?
Wie kann ich die Mailbox abschalten?
Wie schalte ich die Rufumleitung für mein Gerät aus?
Wo finde ich die Geräte-PIN in der App?
Wie stelle ich die Töne für einzelne Anrufer ein?
Keine Beschwerde, nur eine Frage: Wie kann ich meine Töne ändern?
How may I use {service} abroad?
Can you show me how to block one number on {device}?
We moved to the new plan, where do I see it in {app}?
Nothing is broken, I only ask how to clear the list in {app}.
You answered fast last time. How could I back up {device} to {service}?
"""
HOW_TO_WEAK = """
I am trying to set up {service} on {device}, it asks for a code.
Still trying to set up mail on {device}.
I cannot find the setting for {service} any more.
Cannot find the setting that the leaflet names.
Not sure which button starts {service}.
I am not sure which option fits {device}.
I have never done this before: {service} on {device}.
New to this phone, the mailbox asks me for a number.
"""
BILLING = """
What is this charge of {amount} on my bill?
What does the item "{service}" on my bill mean?
Please explain the item {amount} on my invoice.
Can you explain my bill? There are two lines for {service}.
I have a question about my bill.
A question about my invoice from December: what is the second line?
Why is my bill {amount} higher than in December?
Why is the invoice split in two this month?
When is my payment due?
What is the due date for the January bill?
Please send me a copy of my invoice.
I need a copy of the bill for my employer.
Is VAT included in the {amount} for {service}?
Which period does the bill cover?
On which date do you collect the money for {service}?
This is not a complaint about the price, I only have a question about my bill.
The charge is probably right, but what does the item "pro rata" mean?
I was told to complain, but all I need is a copy of my invoice.
What does the line "{service}" cost on my bill, with or without tax?
Why is my bill for {service} dated in February?
"""
BILLING_WEAK = """
My bill looks different this month, {amount} for {service}.
The bill looks different since the new plan.
Two lines for {service} on the paper, is that as it should be?
"""
SALES = """
I would like to upgrade to the large plan.
Can I upgrade to unlimited data?
What is the price of {service} for two phones?
How much would a second line cost?
How much is {service} per month for a family?
I am interested in {service} for my company.
We are interested in ten more lines.
Do you offer {service} for tablets?
Do you offer a plan without a phone?
I want to order {service} for my parents.
Please send me an offer for fibre at home.
Which plan would you recommend for two children?
My old provider was the worst, so I want to order from you: do you offer number transfer?
"""
SALES_WEAK = """
Thinking about a bigger plan, maybe with {service}.
I am thinking about a second line for my son.
"""
COMPLIMENT = """
Thank you so much, {service} works perfectly now.
Great service from your shop {day}!
Well done, the new version of {app} is excellent.
You made my day, the technician was wonderful.
I want to praise the lady at the hotline, excellent help.
I came to complain and left happy: great service.
Thank you so much for the fast repair of {device}.
"""
COMPLIMENT_WEAK = """
I was pleasantly surprised by the call {day}.
"""
DUPLICATE = """
This is the same as my ticket from {day}, please close one.
I already reported this {day} under another number, this is only a copy.
Duplicate of my mail from {day}, sorry.
Sorry, sent this twice by accident, please ignore this one.
"""
DUPLICATE_WEAK = """
I wrote to you about {service} {day} already, I think.
"""

# Real complaints. Many use the words of a request: "how do I get anyone to answer", "your step by step instructions".
COMPLAINT = """
{service} has been down {day} and nobody answers the phone.
I have been charged twice for {service}, {amount} each time.
You billed me twice, I want my money back.
This is the third time {service} fails, it is unacceptable.
Unacceptable. {device} has had no signal {day}.
The hotline hung up on me {day}. Ridiculous.
I am fed up with {service}, it drops every call.
Worst network I have ever had, no coverage at home {day}.
I want to complain about the way I was treated in the shop {day}.
My complaint is about {service}: ordered in November, never delivered.
I cancelled {service} months ago and you still take {amount}.
Somebody subscribed me to {service} without my consent.
You sold my number to advertisers, I get calls all day.
{device} was sent back broken and the repair cost {amount}.
No internet {day}, and no word from you.
The technician did not come {day}. I took a day off for it.
The speed is a tenth of what the contract promises.
Your price increase was never announced to me.
I asked for a refund of {amount} three times, nothing happens.
Still no refund, still no answer. I will go to the regulator.
{app} crashes on every start since the update, nobody cares.
I was promised {service} for free and now I pay {amount}.
Disgusting. An hour on hold {day} and then the line went dead.
My daughter was signed up to a paid game by {service}.
Roaming cost me {amount} a minute although you sold me {service}.
Your shop refused to take back {device}.
How do I get anyone to answer? This is the third time I write.
How can you charge me twice and then not even reply?
How many times do I have to report that {service} is dead? Fed up.
How do I stop you from taking {amount} every month? I cancelled, this is a scam.
Where can I find one person there who does their job? Ridiculous.
Is there a way to talk to a human being at all? An hour on hold!
I followed your step by step instructions three times, {service} still does not work. Waste of time.
Your manual is wrong and the hotline too. I want my money back.
Please explain how you can take {amount} from an account I closed. Unacceptable.
I know how to restart {device}, stop telling me. {service} is down, third time this month.
Why is my bill {amount} higher when {service} was dead {day}? I refuse to pay.
What is this charge of {amount}? I never ordered it and I want my money back.
I have a question about my bill: who authorised {amount}? This is a scam.
I would like to upgrade to a network that works. Fed up.
Do you offer anything besides excuses? No signal {day}.
Thank you so much for nothing, {service} is off again.
Great service... three weeks without a line. Unacceptable.
Well done, you cut off the wrong number. I want my money back.
I already reported this {day} and nobody answers, so here is my complaint again.
The new price is an insult after ten years with you.
Verbindung bricht ständig ab, seit Wochen, niemand antwortet.
Ich möchte mich beschweren: {amount} abgebucht ohne Vertrag.
Wie kann ich so arbeiten? Dritte Störung im Januar, eine Frechheit!
Wo finde ich einen Menschen, der antwortet? Frechheit.
Six weeks for a SIM card. My patience is over.
The contract you printed is not what I signed {day}.
{service} deleted all my pictures {day}, and your answer was a smiley.
You blocked my line {day} although everything is paid.
"""
# Filed as "other", and yet complaints: the reverse error. The rules must find these too.
COMPLAINT_IN = """
I want to complain about {service}, nobody feels responsible.
Unacceptable, no signal at home {day}.
You charged me twice for {service}.
I was billed twice, {amount} and {amount}.
I want my money back for {service}.
Third time I write: {device} has no network.
I am fed up with {app}.
Nobody answers my mails about {service}.
This is ridiculous, the line is dead {day}.
Worst hotline ever, an hour on hold.
This is a formal complaint: {service} was never delivered.
"""
COMPLAINT_IN_WEAK = """
I am not happy with {service}.
A bit disappointed by {app} {day}.
"""
# Rightly "other"; some talk about complaints, money and help without meaning it.
OTHER = """
Please note my new address from February.
I have moved, the new flat is on the third floor.
You have the wrong number for me, it ends in 12.
I am applying for the job in your shop.
Press enquiry: who speaks about the network in 2025?
Are you open on Sunday in the city shop?
I found a phone in the tram, it has your SIM inside.
My father has died, here are the papers for his contract.
Please take my name off the newsletter.
Here is the form you asked for {day}.
As agreed on the phone, the signed contract is attached.
The letter you sent came back to us, the name was misspelt.
No complaint, I only want to tell you that I moved.
This is not a complaint: your complaint form has a typo in the second line.
The page about complaints links to nowhere, just so you know.
My neighbour complained about the mast, the council asks for your papers.
Thank you for the letter, the matter is settled and closed.
I return {device} as agreed, the parcel number follows.
For the survey: I use {service} about twice a week.
Our company changes its legal form, please update the contract.
We invite you to the village fair, would you sponsor it?
The meter room key is with the caretaker for your technician.
Please confirm that you got my cancellation for March.
I changed banks, the new details are in {app}.
We are students and would like to interview someone about networks.
The mast inspection is planned for Monday, access is through the yard.
Bitte ändern Sie meine Anschrift ab Februar.
The lost card was found, everything is in order again.
Could you stamp the attached form for the tax office?
The new sign at your shop covers our window, who is in charge of that?
I use {service} with {device}, that is all I can tell the survey.
"""
